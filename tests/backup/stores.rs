//! Backups in S3, against a real server, and a network that fails.

use crate::{add, archived, carried};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tests::tools::Tool;
use tests::{Office, Ran, run};

const MOTO: Tool = Tool::Python(&["moto", "flask"]);

tests::part! {
    a_server_and_a_network_that_fail needs MOTO;
    a_bucket_is_a_target_like_any_other needs MOTO;
    a_long_list_comes_in_pages needs MOTO;
    two_backups_into_one_bucket needs MOTO;
    a_server_that_replaces_is_refused needs MOTO;
    what_a_server_refuses_is_said needs MOTO;
    residents_go_through_no_network_in_the_clear;
}

/// Listens at a port that the system gives it, and then says which.
const SERVER: &str = "import signal
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer('127.0.0.1', 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
signal.pause()
";

/// A server on loopback with the bucket `cadangan`, which ends with the value.
struct Bucket {
    server: Child,
    port: u16,
}

impl Bucket {
    fn start() -> Self {
        let mut server = MOTO.command();
        server.args(["-c", SERVER]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = server.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let bucket = Self { server, port: line.trim().parse().unwrap() };
        assert!(bucket.request("PUT /cadangan").starts_with("HTTP/1.1 200"));
        bucket
    }

    /// Asks the server itself.
    fn request(&self, what: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let signed =
            "AWS4-HMAC-SHA256 Credential=A/20261129/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
        let head = format!("Host: localhost\r\nAuthorization: {signed}\r\nContent-Length: 0\r\nConnection: close");
        let sent = format!("{what} HTTP/1.1\r\n{head}\r\n\r\n");
        stream.write_all(sent.as_bytes()).unwrap();
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }
}

/// Adds the bucket as the target of an office.
fn with_bucket(office: &Office, port: u16) {
    fs::write(office.path("kunci.id"), "AKIAREKAAN\n").unwrap();
    fs::write(office.path("kunci.rahasia"), "rahasia-rekaan\n").unwrap();
    add(
        office,
        &format!(
            "[[backup]]\nname = \"awan\"\ntarget = \"s3://cadangan/kantor/tertib\"\nencrypted = \"server\"\n\
             endpoint = \"http://127.0.0.1:{port}\"\naccess-key-file = \"kunci.id\"\nsecret-key-file = \"kunci.rahasia\"\n"
        ),
    );
}

/// Restores by the command line alone, as on a new machine.
fn restored(office: &Office, port: u16) -> (Ran, tempfile::TempDir) {
    let dir = tempfile::TempDir::new().unwrap();
    let ran = run(&[
        "restore",
        "s3://cadangan/kantor/tertib",
        &dir.path().join("pulih").display().to_string(),
        "--endpoint",
        &format!("http://127.0.0.1:{port}"),
        "--access-key-file",
        &office.place("kunci.id"),
        "--secret-key-file",
        &office.place("kunci.rahasia"),
    ]);
    (ran, dir)
}

fn is_whole(office: &Office, port: u16) {
    let (ran, dir) = restored(office, port);
    let ran = ran.expect_code_in(&[0, 1], "restore");
    assert!(!ran.finds("K013"), "{}", ran.out);
    assert_eq!(carried(&dir.path().join("pulih/archive")), carried(&office.path("archive")));
}

fn a_bucket_is_a_target_like_any_other() {
    let (bucket, office) = (Bucket::start(), archived());
    with_bucket(&office, bucket.port);
    office.run(&["backup"]).expect_code(0);
    is_whole(&office, bucket.port);
    fs::write(office.path("kalender.toml"), "# diubah\n").unwrap();
    let again = office.run(&["backup"]).expect_code(0).out;
    assert!(again.contains("backup 2"), "{again}");
    office.run(&["backup", "--prove"]).expect_code(0);
    is_whole(&office, bucket.port);
    // What the server loses is noticed, and put again.
    let part = "archive/events/_delta_log/00000000000000000000.json";
    assert!(bucket.request(&format!("DELETE /cadangan/kantor/tertib/{part}")).starts_with("HTTP/1.1 204"));
    assert!(office.run(&["backup", "--prove"]).expect_code(1).finds("K013"));
    assert_eq!(restored(&office, bucket.port).0.code, 2);
    assert!(office.run(&["backup"]).expect_code(1).finds("K013"));
    is_whole(&office, bucket.port);
}

fn a_long_list_comes_in_pages() {
    let (bucket, office) = (Bucket::start(), archived());
    with_bucket(&office, bucket.port);
    for n in 0..1_050 {
        fs::write(office.path(&format!("laporan/2026-10/{n}.txt")), n.to_string()).unwrap();
    }
    office.run(&["backup"]).expect_code(0);
    let said = office.run(&["backup"]).expect_code(0).out;
    let new: u64 = said.split_once(" new files").unwrap().0.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(new < 10, "files of the second page were put again: {said}");
    let (ran, dir) = restored(&office, bucket.port);
    drop(ran.expect_code(0));
    assert_eq!(
        fs::read_dir(dir.path().join("pulih/laporan/2026-10")).unwrap().count(),
        fs::read_dir(office.path("laporan/2026-10")).unwrap().count()
    );
}

/// What a network does to the connections, one after the other.
#[derive(Clone, Copy)]
enum Manner {
    /// It closes it at once.
    Closes,
    /// It answers with this status and closes it.
    Answers(u16),
    /// It carries so many bytes each way, then closes it.
    Carries(usize),
    /// It loses the word by which a file that is there is not replaced.
    Replaces,
}

/// A network between the program and the server.
struct Network {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Network {
    fn to(server: u16, manners: &'static [Manner]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, connections) = (listener.local_addr().unwrap().port(), Arc::<AtomicUsize>::default());
        let count = Arc::clone(&connections);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let n = count.fetch_add(1, Ordering::SeqCst);
                std::thread::spawn(move || serve(stream, server, manners[n % manners.len()]));
            }
        });
        Self { port, connections }
    }
}

fn serve(mut client: TcpStream, server: u16, manner: Manner) {
    match manner {
        Manner::Closes => {}
        Manner::Answers(status) => {
            let mut request = [0; 16_384];
            drop(client.read(&mut request));
            let words = "<Error><Code>SlowDown</Code><Message>kunci AKIAREKAAN</Message></Error>";
            let answer =
                format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{words}", words.len());
            drop(client.write_all(answer.as_bytes()));
        }
        Manner::Carries(bytes) => carry(client, server, bytes, false),
        Manner::Replaces => carry(client, server, usize::MAX, true),
    }
}

fn carry(client: TcpStream, server: u16, most: usize, loses: bool) {
    let Ok(upstream) = TcpStream::connect(("127.0.0.1", server)) else { return };
    let (from, to) = (client.try_clone().unwrap(), upstream.try_clone().unwrap());
    let up = std::thread::spawn(move || pipe(from, to, most, loses));
    pipe(upstream, client, most, false);
    drop(up.join());
}

fn pipe(mut from: TcpStream, mut to: TcpStream, most: usize, loses: bool) {
    let (mut buffer, mut left) = (vec![0; 32_768], most);
    while left > 0 {
        let Ok(n @ 1..) = from.read(&mut buffer) else { break };
        let n = n.min(left);
        let mut bytes = buffer[..n].to_vec();
        if loses {
            let lower = bytes.to_ascii_lowercase();
            if let Some(at) = lower.windows(14).position(|window| window == b"if-none-match:") {
                bytes[at..at + 13].copy_from_slice(b"x-none-matchx");
            }
        }
        if to.write_all(&bytes).is_err() {
            break;
        }
        left -= n;
    }
    drop((to.shutdown(Shutdown::Both), from.shutdown(Shutdown::Both)));
}

/// Answers are lost after the server has stored a file; then it is there already, and is the right one.
fn a_server_and_a_network_that_fail() {
    // Of five attempts at least one has a connection that lasts.
    static MANNERS: [Manner; 10] = [
        Manner::Carries(900),
        Manner::Closes,
        Manner::Answers(500),
        Manner::Answers(409),
        Manner::Carries(400_000),
        Manner::Carries(20_000),
        Manner::Answers(503),
        Manner::Carries(3_000),
        Manner::Closes,
        Manner::Carries(300_000),
    ];
    let (bucket, office) = (Bucket::start(), archived());
    // Each file is waited for, so a few documents are enough.
    fs::remove_dir_all(office.path("laporan/2026-10")).unwrap();
    let network = Network::to(bucket.port, &MANNERS);
    with_bucket(&office, network.port);
    office.run(&["backup"]).expect_code(0);
    assert!(network.connections.load(Ordering::SeqCst) > 9, "the network failed too seldom");
    is_whole(&office, bucket.port);
    // One that never comes back is a failure, and what was put stays.
    static DEAD: [Manner; 1] = [Manner::Answers(500)];
    let dead = Network::to(bucket.port, &DEAD);
    office.configure(&network.port.to_string(), &dead.port.to_string());
    let ran = office.run(&["backup"]).expect_refusal(&["the server answers 500 SlowDown"]);
    assert!(!ran.err.contains("AKIAREKAAN"), "{}", ran.err);
    is_whole(&office, bucket.port);
}

fn two_backups_into_one_bucket() {
    let (bucket, office) = (Bucket::start(), archived());
    with_bucket(&office, bucket.port);
    let offices = [(); 3].map(|()| office.copy());
    let running: Vec<_> = offices.iter().map(|office| office.spawn(&["backup"])).collect();
    let mut made = 0;
    for child in running {
        let ran = Ran::from(child.wait_with_output().unwrap());
        let gave_way = ran.code == 2 && ran.err.contains("another backup");
        assert!(ran.code == 0 || gave_way, "{} {}{}", ran.code, ran.out, ran.err);
        made += usize::from(ran.code == 0);
    }
    assert!(made >= 1);
    is_whole(&office, bucket.port);
}

fn a_server_that_replaces_is_refused() {
    static MANNERS: [Manner; 1] = [Manner::Replaces];
    let (bucket, office) = (Bucket::start(), archived());
    let network = Network::to(bucket.port, &MANNERS);
    with_bucket(&office, network.port);
    office.run(&["backup"]).expect_refusal(&["replaces a file that is put twice"]);
    let listed = bucket.request("GET /cadangan?list-type=2");
    assert!(!listed.contains("archive/"), "{listed}");
}

fn what_a_server_refuses_is_said() {
    static MANNERS: [Manner; 1] = [Manner::Answers(403)];
    let (bucket, office) = (Bucket::start(), archived());
    let network = Network::to(bucket.port, &MANNERS);
    with_bucket(&office, network.port);
    office.run(&["backup"]).expect_refusal(&["answers 403", "secret-key-file"]);
    office.configure(&network.port.to_string(), &bucket.port.to_string());
    office.configure("s3://cadangan/", "s3://tidak-ada/");
    office.run(&["backup"]).expect_refusal(&["NoSuchBucket", "have the bucket made"]);
    fs::remove_file(office.path("kunci.rahasia")).unwrap();
    office.run(&["backup"]).expect_refusal(&["secret-key-file", "kunci.rahasia"]);
}

fn residents_go_through_no_network_in_the_clear() {
    let office = archived();
    with_bucket(&office, 9);
    office.configure("http://127.0.0.1:9", "http://s3.rekaan.example");
    office.run(&["backup"]).expect_refusal(&["use https"]);
}
