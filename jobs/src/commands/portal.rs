//! `tertib portal`: the office's pages without the scheduler, who may use them, and their certificate.

use crate::config::Config;
use crate::examples;
use crate::options::{ArchiveCopy, Common, Format, Where};
use crate::outcome::Outcome;
use crate::portal::people::{self, Person};
use crate::portal::register::Register;
use crate::portal::tokens::Token;
use crate::portal::{self, Shows, register, tls};
use crate::workspace::Workspace;
use crate::{clock, print, stop};
use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use pipeline::{Archive, Readers};
use schemas::Zone;
use std::io::{BufRead, IsTerminal, Read};
use std::path::{Path, PathBuf};

/// A password that is typed is no longer, with its line break.
const LONGEST_BYTES: u64 = 1_024;

/// Options of `tertib portal`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// What to do; without it, the pages are shown.
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    copy: ArchiveCopy,
    /// Which configuration to use.
    #[command(flatten)]
    place: Where,
}

/// What belongs to the pages.
#[derive(Debug, Subcommand)]
enum Action {
    /// Make a certificate that signs itself, and its key, for the office's network.
    #[command(after_help = examples::PORTAL_CERTIFICATE)]
    Certificate {
        /// A name of this computer in the network, beside those under [portal] names.
        #[arg(long = "name", value_name = "NAME")]
        names: Vec<String>,
        /// Replace the certificate and key that are there.
        #[arg(long)]
        replace: bool,
        /// Which configuration to use.
        #[command(flatten)]
        place: Where,
    },
    /// Who may use the pages.
    #[command(after_help = examples::PORTAL_USER)]
    User {
        /// What to do with them.
        #[command(subcommand)]
        action: OfUser,
    },
    /// Which programs may read the data of the pages.
    #[command(after_help = examples::PORTAL_TOKEN)]
    Token {
        /// What to do with them.
        #[command(subcommand)]
        action: OfToken,
    },
}

/// What to do with who may use the pages.
#[derive(Debug, Subcommand)]
enum OfUser {
    /// Give somebody an account. The password is typed, or read from standard input.
    #[command(after_help = examples::PORTAL_USER_ADD)]
    Add {
        /// The account: lower-case letters, digits, dots and hyphens.
        account: String,
        /// Their name.
        #[arg(long)]
        name: String,
        /// Their post.
        #[arg(long)]
        post: String,
        /// Their role: kepala, auditor, ti, pelihat, or one of the office's own.
        #[arg(long)]
        role: String,
        /// The last day on which they may come in.
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: Option<NaiveDate>,
        /// Which configuration to use.
        #[command(flatten)]
        place: Where,
    },
    /// Give an account another password, which ends its sessions. It is typed, or read from standard input.
    #[command(after_help = examples::PORTAL_USER_PASSWORD)]
    Password {
        /// The account.
        account: String,
        /// Which configuration to use.
        #[command(flatten)]
        place: Where,
    },
    /// Close an account, which ends its sessions. The entry stays, so that a log can still be read.
    #[command(after_help = examples::PORTAL_USER_CLOSE)]
    Close {
        /// The account.
        account: String,
        /// Which configuration to use.
        #[command(flatten)]
        place: Where,
    },
    /// List the accounts.
    #[command(after_help = examples::PORTAL_USER_LIST)]
    List {
        /// How to write it.
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
        /// Which configuration to use.
        #[command(flatten)]
        place: Where,
    },
}

/// What to do with the tokens of programs.
#[derive(Debug, Subcommand)]
enum OfToken {
    /// Make a token, by which a program reads what its role may read, as JSON, CSV, XLSX and PDF. It is printed this once.
    #[command(after_help = examples::PORTAL_TOKEN_ADD)]
    Add {
        /// What the program is called: lower-case letters, digits, dots and hyphens.
        name: String,
        /// Its role: kepala, auditor, ti, pelihat, or one of the office's own.
        #[arg(long)]
        role: String,
        /// The last day on which it counts.
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: NaiveDate,
        /// Which configuration to use.
        #[command(flatten)]
        place: Where,
    },
    /// Take a token away; it counts no more from then on.
    #[command(after_help = examples::PORTAL_TOKEN_REMOVE)]
    Remove {
        /// What the program is called.
        name: String,
        /// Which configuration to use.
        #[command(flatten)]
        place: Where,
    },
    /// List the tokens, without what is secret of them.
    #[command(after_help = examples::PORTAL_TOKEN_LIST)]
    List {
        /// How to write it.
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
        /// Which configuration to use.
        #[command(flatten)]
        place: Where,
    },
}

/// Shows the pages until it is told to stop (Ctrl-C or SIGTERM), or does what the action says.
pub(crate) async fn run(options: Options, common: Common) -> Result<Outcome> {
    match options.action {
        None => match options.copy.archive {
            None => show(options.place, Shows::Office).await,
            Some(archive) => show_copy(&archive, common).await,
        },
        Some(Action::Certificate { names, replace, place }) => certificate(&names, replace, &place),
        Some(Action::User { action }) => user(action, common),
        Some(Action::Token { action }) => token(action, common),
    }
}

/// Shows an archive that lies somewhere without its office's configuration, to whoever sits at this computer.
///
/// The office that the pages need is a folder of its own, which ends with them: a configuration that names the archive and nothing
/// else, and an account of an auditor, whose password is said once.
async fn show_copy(archive: &Path, common: Common) -> Result<Outcome> {
    let root = archive.canonicalize().with_context(|| format!("cannot open {}", archive.display()))?;
    let copy = Archive::open(&root)?;
    if copy.is_empty() {
        bail!("{} holds no archive, or an empty one; name the folder that holds _delta_log", root.display());
    }
    let folder = tempfile::Builder::new().prefix("tertib-portal-").tempdir();
    let folder = folder.context("cannot make a folder for the pages")?;
    let config = folder.path().join("tertib.toml");
    let text = of_copy(&root, copy.zone().unwrap_or_default())?;
    pipeline::replace_file(&config, text.as_bytes(), Readers::Owner).context("cannot write what the pages need")?;
    let place = Where { config: Some(config) };
    let workspace = Workspace::open(place.config.as_deref())?;
    let password = people::random_password()?;
    let person = Person::new(OF_COPY, "Pemeriksa", "Pemeriksa salinan arsip", OF_COPY, &password)?;
    register::write(&workspace.config, &Register { people: vec![person], ..Register::default() })?;
    let without = "This is a copy without personal data: what only they tell is shown as not known.";
    print::words(common, if copy.holds_persons()? { "" } else { without });
    print::words(common, &format!("account {OF_COPY}, password {password}; both end with this command"));
    show(place, Shows::Copy).await
}

/// The account that reads a copy, and its role.
const OF_COPY: &str = "auditor";

/// The configuration of an archive that is only read, on this computer alone.
fn of_copy(root: &Path, zone: Zone) -> Result<String> {
    let root = root.to_str().context("the path of the archive is no text; name it otherwise")?;
    let signer = || toml::Table::from_iter([("jabatan".to_owned(), "".into())]);
    let office = toml::Table::from_iter([
        ("pemerintah".to_owned(), "".into()),
        ("dinas".to_owned(), "Salinan arsip".into()),
        ("tempat".to_owned(), "".into()),
        ("zona".to_owned(), zone.to_string().into()),
        ("mengetahui".to_owned(), signer().into()),
        ("penanggung_jawab".to_owned(), signer().into()),
    ]);
    let source = toml::Table::from_iter([("url".to_owned(), "csv:-".into()), ("view".to_owned(), "-".into())]);
    let archive = toml::Table::from_iter([("path".to_owned(), root.into()), ("key".to_owned(), "kunci.key".into())]);
    let portal = toml::Table::from_iter([("listen".to_owned(), "127.0.0.1:0".into())]);
    let all = [("source", source), ("archive", archive), ("office", office), ("portal", portal)];
    let all: toml::Table = all.into_iter().map(|(name, table)| (name.to_owned(), table.into())).collect();
    toml::to_string(&all).context("the configuration of a copy cannot be written")
}

async fn show(place: Where, shows: Shows) -> Result<Outcome> {
    let _ends = stop::ends_by_itself();
    let open = portal::open(place, shows).await?;
    let scheme = if open.is_secure { "https" } else { "http" };
    print::data(&format!("{scheme}://{}/\n", open.address))?;
    stop::asked().await;
    open.end().await;
    Ok(Outcome::Done)
}

fn certificate(names: &[String], replace: bool, place: &Where) -> Result<Outcome> {
    let config = Config::find(place.config.as_deref())?;
    let section = config.portal.clone().unwrap_or_default();
    let own = [names, &section.names].concat();
    if own.is_empty() {
        bail!("under which name do others reach this computer? say --name, or `names` under [portal]");
    }
    let of = |path: Option<PathBuf>, usual: &str| config.folder.join(path.unwrap_or_else(|| usual.into()));
    let (certificate, key) = (of(section.certificate, "portal.pem"), of(section.key, "portal.key"));
    if let Some(there) = [&certificate, &key].into_iter().find(|path| path.symlink_metadata().is_ok() && !replace) {
        bail!("{} is there already; say --replace to make it anew", there.display());
    }
    let address = Some(section.listen.ip()).filter(|ip| !ip.is_unspecified()).map(|ip| ip.to_string());
    let all = own.iter().cloned().chain(["localhost".to_owned()]).chain(address).collect();
    let digest = tls::make(all, &config.office.dinas, &certificate, &key)?;
    let name = |path: &PathBuf| path.strip_prefix(&config.folder).unwrap_or(path).display().to_string();
    let quoted: Vec<String> = own.iter().map(|name| format!("\"{name}\"")).collect();
    print::data(&format!(
        "{}\n{}\nSHA-256 {digest}\n\n[portal]\nlisten = \"0.0.0.0:{}\"\nnames = [{}]\ncertificate = \"{}\"\nkey = \"{}\"\n",
        certificate.display(),
        key.display(),
        section.listen.port(),
        quoted.join(", "),
        name(&certificate),
        name(&key),
    ))?;
    Ok(Outcome::Done)
}

fn user(action: OfUser, common: Common) -> Result<Outcome> {
    let (OfUser::Add { place, .. }
    | OfUser::Password { place, .. }
    | OfUser::Close { place, .. }
    | OfUser::List { place, .. }) = &action;
    let workspace = Workspace::open(place.config.as_deref())?;
    let config = &workspace.config;
    let mut entries = register::read(config, &workspace.facts)?;
    match action {
        OfUser::Add { account, name, post, role, until, .. } => {
            has_role(&workspace, &role)?;
            if entries.people.iter().any(|person| person.akun == account) {
                bail!(
                    "there is an account `{account}` already; `tertib portal user password {account}` changes its password"
                );
            }
            let mut person = Person::new(&account, &name, &post, &role, &typed(common)?)?;
            person.sampai = until;
            entries.people.push(person);
            register::write(config, &entries)?;
            print::data(&format!("{account}: {role}\n"))?;
        }
        OfUser::Password { account, .. } => {
            known(&mut entries.people, &account)?.set_password(&typed(common)?)?;
            register::write(config, &entries)?;
            print::data(&format!("{account}: another password; its sessions have ended\n"))?;
        }
        OfUser::Close { account, .. } => {
            let today = clock::now().with_timezone(&config.zone()).date_naive();
            known(&mut entries.people, &account)?.ditutup = Some(today);
            register::write(config, &entries)?;
            print::data(&format!("{account}: closed; its sessions have ended\n"))?;
        }
        OfUser::List { format, .. } => {
            let day = |day: Option<NaiveDate>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
            let row = |person: &Person| {
                let Person { akun, nama, jabatan, peran, sampai, ditutup, .. } = person.clone();
                vec![akun, nama, jabatan, peran, day(sampai), day(ditutup)]
            };
            let rows: Vec<Vec<String>> = entries.people.iter().map(row).collect();
            print::data(&print::rows(&["account", "name", "post", "role", "until", "closed"], &rows, format)?)?;
        }
    }
    Ok(Outcome::Done)
}

fn token(action: OfToken, common: Common) -> Result<Outcome> {
    let (OfToken::Add { place, .. } | OfToken::Remove { place, .. } | OfToken::List { place, .. }) = &action;
    let workspace = Workspace::open(place.config.as_deref())?;
    let config = &workspace.config;
    let mut entries = register::read(config, &workspace.facts)?;
    match action {
        OfToken::Add { name, role, until, .. } => {
            has_role(&workspace, &role)?;
            if entries.tokens.iter().any(|token| token.nama == name) {
                bail!("there is a token `{name}` already; `tertib portal token remove {name}` takes it away");
            }
            if until < clock::now().with_timezone(&config.zone()).date_naive() {
                bail!("{until} is over; name the last day on which the token is to count");
            }
            let (token, secret) = Token::new(&name, &role, until)?;
            entries.tokens.push(token);
            register::write(config, &entries)?;
            print::data(&format!("{secret}\n"))?;
            print::words(common, "It is shown this once: let only the program that needs it read it.");
        }
        OfToken::Remove { name, .. } => {
            let before = entries.tokens.len();
            entries.tokens.retain(|token| token.nama != name);
            if entries.tokens.len() == before {
                bail!("there is no token `{name}`; `tertib portal token list` shows them");
            }
            register::write(config, &entries)?;
            print::data(&format!("{name}: it counts no more\n"))?;
        }
        OfToken::List { format, .. } => {
            let row = |token: &Token| vec![token.nama.clone(), token.peran.clone(), token.sampai.to_string()];
            let rows: Vec<Vec<String>> = entries.tokens.iter().map(row).collect();
            print::data(&print::rows(&["name", "role", "until"], &rows, format)?)?;
        }
    }
    Ok(Outcome::Done)
}

fn has_role(workspace: &Workspace, role: &str) -> Result<()> {
    let roles = &workspace.facts.portal_roles;
    if roles.iter().all(|known| known.id != role) {
        let known: Vec<&str> = roles.iter().map(|role| role.id.as_str()).collect();
        bail!("there is no role `{role}`; there are {}", known.join(", "));
    }
    Ok(())
}

fn known<'a>(people: &'a mut [Person], account: &str) -> Result<&'a mut Person> {
    let person = people.iter_mut().find(|person| person.akun == account);
    person.with_context(|| format!("there is no account `{account}`; `tertib portal user list` shows them"))
}

/// The password that somebody types, twice and unseen, or the first line of standard input.
fn typed(common: Common) -> Result<String> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return line();
    }
    print::words(common, "Password, at least 12 characters:");
    let first = unseen()?;
    print::words(common, "The same once more:");
    if unseen()? != first {
        bail!("the two passwords differ; nothing was changed");
    }
    Ok(first)
}

fn line() -> Result<String> {
    let mut text = String::new();
    let mut input = std::io::stdin().lock().take(LONGEST_BYTES);
    input.read_line(&mut text).context("cannot read the password")?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// A line that the terminal does not show.
#[cfg(unix)]
fn unseen() -> Result<String> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let stdin = std::io::stdin();
    let shown = tcgetattr(&stdin).context("the terminal cannot be asked to hide the password")?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&stdin, OptionalActions::Flush, &hidden).context("the terminal cannot hide the password")?;
    let text = line();
    tcsetattr(&stdin, OptionalActions::Flush, &shown).context("the terminal cannot be set back; close it")?;
    text
}

#[cfg(not(unix))]
fn unseen() -> Result<String> {
    line()
}
