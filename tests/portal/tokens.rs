//! Programs read with tokens: what their role may read, as data, and nothing else.

use crate::client::{Asking, Reply};
use crate::rights::{may, path};
use crate::{ROLES, Shown, description, routes, user};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use tests::Office;
use tests::tools::Tool;

tests::part! {
    a_token_reads_what_its_role_may_and_nothing_else;
    a_token_ends_and_wrong_ones_wait;
    the_description_is_kept needs Tool::Python(&["schemathesis"]);
}

/// A day that is far away.
const UNTIL: &str = "2099-12-31";

/// Makes a token of a role under its name.
pub(crate) fn token(shown: &Shown, role: &str) -> String {
    let add = ["portal", "token", "add", role, "--role", role, "--until", UNTIL];
    shown.office.run(&add).expect_code(0).out.trim().to_owned()
}

impl Shown {
    fn by_token(&self, method: &str, path: &str, token: &str) -> Asking {
        self.ask(method, path).with("Authorization", &format!("Bearer {token}"))
    }
}

/// Whether the description opens a route to tokens.
fn is_open(method: &str, route: &str) -> bool {
    let described = description();
    let operation = &described["paths"][route][method];
    let of_route = operation["security"].as_array().into_iter().flatten().any(|of| of.get("token").is_some());
    of_route || route == "/sehat"
}

/// What a machine is given is no page and begins no session.
fn is_data(reply: &Reply, of: &str) {
    assert!(reply.header("set-cookie").is_none(), "{of}: {reply:?}");
    let media = reply.header("content-type").unwrap_or_default();
    assert!(!media.starts_with("text/html") && !media.starts_with("text/event-stream"), "{of}: {media}");
}

fn a_token_reads_what_its_role_may_and_nothing_else() {
    let (shown, _) = Shown::by_the_clock(Office::small(), &["portal"]);
    let (mut given, mut refused) = (0, 0);
    for role in ROLES {
        let (token, cookie) = (token(&shown, role), shown.sign_in(role));
        assert!(token.len() == 71 && token.starts_with("tertib_"), "{token}");
        for (method, route, access) in routes() {
            let of = format!("{role} {method} {route}");
            for media in ["*/*", "text/html", "application/json", "text/event-stream"] {
                let reply = shown.by_token(&method, &path(&route), &token).with("Accept", media).send();
                let expected = is_open(&method, &route) && may(role, &access);
                assert_eq!(reply.status != 403, expected, "{of} {media}: {reply:?}");
                assert!(reply.status < 500 && reply.status != 401, "{of}: {reply:?}");
                is_data(&reply, &of);
                given += usize::from(reply.status == 200);
                refused += usize::from(reply.status == 403);
            }
            // A session beside it counts for nothing.
            let both = shown.by_token(&method, &path(&route), &token).cookie(Some(&cookie)).send();
            assert_eq!(both.status == 403, !(is_open(&method, &route) && may(role, &access)), "{of}: {both:?}");
        }
        assert_eq!(shown.get("/akun", &cookie).status, 200, "the session lasts");
    }
    assert!(given > 80 && refused > 150, "{given} {refused}");
    // What it reads is what a person reads.
    let token = token_of(&shown);
    let cookie = shown.sign_in("pelihat");
    for of in ["/tinjauan/2026-10", "/kepatuhan/2026-10", "/kalender/2026", "/dokumen/2026-10"] {
        let by_token = shown.by_token("get", of, &token).send();
        assert!(by_token.body == shown.ask("get", of).cookie(Some(&cookie)).json().send().body, "{of}");
        let tag = by_token.header("etag").unwrap().to_owned();
        assert_eq!(shown.by_token("get", of, &token).with("If-None-Match", &tag).send().status, 304, "{of}");
    }
    for (ending, begins) in [("pdf", "%PDF"), ("xlsx", "PK"), ("csv", ""), ("json", "{")] {
        let reply = shown.by_token("get", &format!("/tinjauan/2026-10.{ending}"), &token).send();
        assert!(reply.status == 200 && reply.body.starts_with(begins.as_bytes()), "{ending}: {}", reply.status);
    }
    // The script of a number, for who may see where numbers come from; its cases for who may see those.
    let script = "/angka/2026-10/flow/received/duckdb.sql";
    let by_person = shown.ask("get", script).cookie(Some(&cookie)).send();
    let reply = shown.by_token("get", script, &token).send();
    assert!(reply.status == 200 && reply.body == by_person.body && reply.text().contains("read_parquet"), "{reply:?}");
    let add = ["portal", "token", "add", "pemeriksa", "--role", "auditor", "--until", UNTIL];
    let auditor = shown.office.run(&add).expect_code(0).out.trim().to_owned();
    let cases = |token: &str| shown.by_token("get", "/angka/2026-10/flow/received/baris.csv", token).send();
    assert_eq!([cases(&token).status, cases(&auditor).status], [403, 200]);
    assert!(cases(&auditor).text().lines().count() > 10);
    let start = shown.by_token("get", "/tinjauan", &token).send();
    assert_eq!((start.status, start.header("location")), (303, Some("/tinjauan/2026-10")));
    let people = fs::read_to_string(shown.office.path("pengguna.toml")).unwrap();
    assert!(!people.contains(&token) && people.contains(&tests::sha256(token.as_bytes())), "only its digest is kept");
    let mode = fs::metadata(shown.office.path("pengguna.toml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!shown.log().contains(&token));
}

fn token_of(shown: &Shown) -> String {
    let add = ["portal", "token", "add", "dasbor", "--role", "pelihat", "--until", UNTIL];
    shown.office.run(&add).expect_code(0).out.trim().to_owned()
}

fn a_token_ends_and_wrong_ones_wait() {
    let shown = Shown::alone();
    let token = token_of(&shown);
    let reads = |token: &str| shown.by_token("get", "/tinjauan/2026-10", token).send();
    assert_eq!(reads(&token).status, 200);
    let again = ["portal", "token", "add", "dasbor", "--role", "pelihat", "--until", UNTIL];
    shown.office.run(&again).expect_refusal(&["`tertib portal token remove dasbor` takes it away"]);
    for (wrong, says) in [
        (["--role", "raja", "--until", UNTIL], "there are kepala, auditor, ti, pelihat"),
        (["--role", "ti", "--until", "2020-01-01"], "is over"),
    ] {
        let add = [&["portal", "token", "add", "lain"][..], &wrong].concat();
        shown.office.run(&add).expect_refusal(&[says]);
    }
    shown.office.run(&["portal", "token", "add", "1806010101809001", "--role", "ti", "--until", UNTIL]).expect_code(2);
    let listed = shown.office.run(&["portal", "token", "list", "--format", "json"]).json();
    assert_eq!(listed, serde_json::json!([{"name": "dasbor", "role": "pelihat", "until": UNTIL}]));
    // What is done to persons leaves tokens alone.
    user(&shown.office, &["password", "ti"], "sandi yang lain sama sekali");
    assert_eq!(reads(&token).status, 200);
    // The day after its last one it counts no more, and its file need not change for that.
    let file = shown.office.path("pengguna.toml");
    let people = fs::read_to_string(&file).unwrap();
    fs::write(&file, people.replace(UNTIL, "2026-01-01")).unwrap();
    let ended = shown.by_token("get", "/tinjauan/2026-10", &token).with("Accept", "text/html").send();
    assert_eq!((ended.status, ended.header("www-authenticate")), (401, Some("Bearer")), "{ended:?}");
    assert!(ended.json()["what"].as_str().unwrap().contains("Token"), "{ended:?}");
    fs::write(&file, &people).unwrap();
    assert_eq!(reads(&token).status, 200);
    shown.office.run(&["portal", "token", "remove", "dasbor"]).expect_code(0);
    assert_eq!(reads(&token).status, 401);
    shown
        .office
        .run(&["portal", "token", "remove", "dasbor"])
        .expect_refusal(&["`tertib portal token list` shows them"]);
    let token = token_of(&shown);
    // What is no token is not looked at: who comes by a proxy may send another scheme.
    let cookie = shown.sign_in("kepala");
    let other = shown.ask("get", "/akun").cookie(Some(&cookie)).with("Authorization", "Basic eDp5").send();
    assert_eq!(other.status, 200);
    // Two were tried above; with twenty, the address waits, with a right one too, and nobody signs in from it.
    for n in 0..18 {
        let wrong = reads(&format!("tertib_{n:064}"));
        assert_eq!((wrong.status, wrong.header("www-authenticate")), (401, Some("Bearer")), "{n}");
        let beside = shown.ask("get", "/sehat").cookie(Some(&cookie)).send();
        assert_eq!(beside.status, 200);
    }
    let waits = reads(&token);
    let wait: u64 = waits.header("retry-after").unwrap().parse().unwrap();
    assert!(waits.status == 429 && (20..=30).contains(&wait), "{waits:?}");
    assert_eq!(shown.try_to_sign_in("kepala", &crate::password("kepala")).status, 429);
    assert_eq!(shown.get("/akun", &cookie).status, 200, "who is in stays in");
    let log = shown.log();
    assert!(log.contains("a token is of no machine") && !log.contains("tertib_0") && !log.contains(&token), "{log}");
}

/// Schemathesis asks as each role, with a session and by a token, and as nobody. `TERTIB_EXAMPLES` asks for more than the edges.
fn the_description_is_kept() {
    let office = crate::office(Office::small());
    office.run(&["run", "verifikasi"]).expect_code_in(&[0, 1], "run");
    let shown = Shown::by(office, &["portal"]);
    let examples = std::env::var_os("TERTIB_EXAMPLES");
    let mut who = Vec::new();
    for role in ROLES {
        let (token, cookie) = (token(&shown, role), shown.sign_in(role));
        who.push(format!("{role}=Cookie: {cookie}"));
        // The rights of the others are among those of these two.
        if examples.is_some() || ["ti", "pelihat"].contains(&role) {
            who.push(format!("token-{role}=Authorization: Bearer {token}"));
        }
        if examples.is_some() {
            who.push(format!("json-{role}=Cookie: {cookie}|Accept: application/json"));
        }
    }
    // Nobody comes last: see the judge.
    who.extend(["nobody-json=Accept: application/json".to_owned(), "nobody=".to_owned()]);
    let mut command = Tool::Python(&["schemathesis"]).command();
    command.arg(tests::root().join("tests/portal/api.py")).arg(shown.address.to_string());
    command
        .arg(tests::root().join("schemas/portal.openapi.json"))
        .arg(examples.as_deref().unwrap_or("1".as_ref()))
        .args(&who);
    let output = command.output().unwrap();
    let said = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(output.status.success(), "{}", said.concat());
    let judged: usize = said[0].trim().parse().unwrap();
    assert!(judged > 1_500, "{judged}");
    println!("{judged} answers");
    let log = shown.log();
    let wrong = log.lines().find(|line| line.contains("ERROR") || line.contains("panicked"));
    assert!(wrong.is_none(), "{wrong:?}");
}
