//! Whoever is slow, silent, endless or hostile keeps nobody else waiting.

use crate::client::{Asking, connected, raw, rest, status};
use crate::{Shown, office};
use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};
use tests::serving::{Clock, true_s};
use tests::tools::Tool;
use tests::{Office, Ran};

tests::part! {
    a_body_that_does_not_end_is_given_up;
    a_head_that_does_not_end_is_given_up;
    many_idle_connections_leave_room_for_others;
    bodies_and_heads_have_an_end;
    no_path_leads_out_and_no_header_in;
    who_does_not_read_is_alone_with_it;
    who_never_reads_loses_the_connection;
    with_a_certificate needs Tool::Python(&[]);
    a_certificate_is_renewed_without_a_restart needs Tool::Python(&[]);
    the_end_of_a_certificate_is_told;
}

/// Connects from another address of this machine.
fn from(own: &str, to: SocketAddr) -> TcpStream {
    let stream = tests::runtime().block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(format!("{own}:0").parse().unwrap()).unwrap();
        socket.connect(to).await.unwrap().into_std().unwrap()
    });
    stream.set_nonblocking(false).unwrap();
    stream
}

fn a_head_that_does_not_end_is_given_up() {
    let shown = Shown::alone();
    let mut slow = connected(shown.address);
    slow.write_all(b"GET /sehat HTTP/1.1\r\nHost: localhost\r\n").unwrap();
    let mut silent = connected(shown.address);
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(8) {
        slow.write_all(b"X-Slow: 1\r\n").unwrap();
        assert_eq!(shown.ask("get", "/sehat").send().text(), "ok\n");
        std::thread::sleep(Duration::from_millis(500));
    }
    let said = rest(&mut slow);
    assert!(said.is_empty() || status(&said) == 408, "{}", String::from_utf8_lossy(&said));
    assert!(rest(&mut silent).is_empty());
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
}

/// A body that comes drop by drop has half a minute, and others are answered meanwhile.
fn a_body_that_does_not_end_is_given_up() {
    let shown = Shown::alone();
    let own = shown.address;
    let mut slow = connected(own);
    write!(slow, "POST /masuk HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\nContent-Length: 60000\r\n\r\n").unwrap();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(26) {
        slow.write_all(b"a").unwrap();
        assert_eq!(shown.ask("get", "/sehat").send().text(), "ok\n");
        std::thread::sleep(Duration::from_secs(2));
    }
    let said = rest(&mut slow);
    assert!([408, 503].contains(&status(&said)), "{}", String::from_utf8_lossy(&said));
    assert!(began.elapsed() < Duration::from_secs(36), "{:?}", began.elapsed());
}

/// One address has few places, and all together no more than there are; the first of them come free when they say nothing.
fn many_idle_connections_leave_room_for_others() {
    let shown = Shown::alone();
    let idle: Vec<TcpStream> = (0..1_000).map(|_| connected(shown.address)).collect();
    let mut other = from("127.0.0.2", shown.address);
    other.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let began = Instant::now();
    other.write_all(b"GET /sehat HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let said = rest(&mut other);
    assert_eq!(status(&said), 200, "{}", String::from_utf8_lossy(&said));
    // Those that say nothing are given up after ten.
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let of_process = fs::read_dir(format!("/proc/{}/fd", shown.serving.id())).unwrap().count();
    assert!(of_process < 100, "{of_process} descriptors");
    drop(idle);
    assert_eq!(shown.ask("get", "/sehat").send().status, 200);
}

fn bodies_and_heads_have_an_end() {
    let shown = Shown::alone();
    let own = shown.address;
    let head = |length: &str| format!("POST /masuk HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n{length}\r\n\r\n");
    let long = [head("Content-Length: 10000000").into_bytes(), vec![b'a'; 10_000_000]].concat();
    assert_eq!(status(&raw(own, &long)), 413);
    let chunk = format!("{:x}\r\n{}\r\n", 60_000, "a".repeat(60_000)).repeat(160);
    let chunked = [head("Transfer-Encoding: chunked").into_bytes(), chunk.into_bytes(), b"0\r\n\r\n".to_vec()].concat();
    assert_eq!(status(&raw(own, &chunked)), 413);
    let both = [head("Content-Length: 4\r\nTransfer-Encoding: chunked").into_bytes(), b"0\r\n\r\n".to_vec()].concat();
    assert!([400, 401].contains(&status(&raw(own, &both))));
    for head in [
        format!("GET /{} HTTP/1.1\r\nHost: {own}\r\n\r\n", "a".repeat(100_000)),
        format!("GET / HTTP/1.1\r\nHost: {own}\r\n{}\r\n", "X: y\r\n".repeat(1_000)),
        format!("GET / HTTP/1.1\r\nHost: {own}\r\nX: {}\r\n\r\n", "a".repeat(100_000)),
        "\0\0\0\0\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
    ] {
        let said = raw(own, head.as_bytes());
        assert!([400, 414, 431, 505, 0].contains(&status(&said)), "{}", String::from_utf8_lossy(&said));
    }
    assert_eq!(shown.ask("get", "/sehat").send().status, 200);
}

fn no_path_leads_out_and_no_header_in() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("kepala");
    fs::write(shown.office.path("laporan/2026-10/rahasia.pdf"), "RAHASIA").unwrap();
    std::os::unix::fs::symlink(
        shown.office.path("kunci.key"),
        shown.office.path("laporan/2026-10/laporan_kepatuhan_2026-10.csv"),
    )
    .unwrap();
    for path in [
        "/dokumen/2026-10/../../kunci.key",
        "/dokumen/2026-10/..%2f..%2fkunci.key",
        "/dokumen/2026-10/%2e%2e%2f%2e%2e%2fkunci.key",
        "/dokumen/2026-10/..%5c..%5ckunci.key",
        "/dokumen/2026-10/%2fetc%2fpasswd",
        "/dokumen/2026-10/rahasia.pdf",
        "/dokumen/2026-10/laporan_kepatuhan_2026-10.csv",
        "/dokumen/2026-10/laporan_bulanan_2026-10.pdf%00.txt",
        "/dokumen/..%2f2026-10/laporan_bulanan_2026-10.pdf",
        "/dokumen/../pengguna.toml",
        "/tinjauan/2026-10/..%2f..%2fkunci.svg",
        "/tinjauan/..%2f2026-10",
        "/aset/..%2fportal.css",
        "/aset/%2e%2e/%2e%2e/etc/passwd",
        "/pekerjaan/..%2f1",
        "/pekerjaan/9999999999999999999999",
        "/pekerjaan/%ff",
        "//evil.example/",
    ] {
        let reply = shown.get(path, &cookie);
        assert!([400, 404].contains(&reply.status), "{path}: {reply:?}");
        let text = reply.text();
        assert!(!text.contains("RAHASIA") && !text.contains("root:") && !text.contains("argon2"), "{path}: {text}");
    }
    for place in
        ["/%0d%0aSet-Cookie:%20a=b", "%0d%0aX-In:%20yes", "//evil.example", "https://evil.example", "/%5cevil.example"]
    {
        let reply = shown.ask("get", &format!("/masuk?ke={place}")).cookie(Some(&cookie)).send();
        assert_eq!((reply.status, reply.header("location")), (303, Some("/")), "{place}: {reply:?}");
        let typed = place.replace("%0d%0a", "\r\n").replace("%20", " ").replace("%5c", "\\");
        let form = [("akun", "kepala"), ("sandi", "sandi rekaan kepala"), ("ke", typed.as_str())];
        let reply = shown.ask("post", "/masuk").form(&form).send();
        assert_eq!((reply.status, reply.header("location")), (303, Some("/")), "{place}: {reply:?}");
        assert!(
            reply.header("x-in").is_none()
                && reply.headers.iter().filter(|(name, _)| name == "set-cookie").count() == 1
        );
    }
    let reply = shown.ask("get", "/tidak%0d%0aX-In:%20yes?%0d%0aX-In:%20yes").send();
    assert!(reply.header("x-in").is_none(), "{reply:?}");
    let text = shown.ask("get", "/masuk?ke=/%22%3E%3Cscript%3Ealert(1)%3C/script%3E").send().text();
    assert!(!text.contains("<script>alert"), "{text}");
}

/// An office whose portal has a certificate.
fn certified() -> Office {
    let of = office(Office::small());
    of.run(&["portal", "certificate", "--name", "portal.rekaan.lan"]).expect_code(0);
    let listen = "listen = \"127.0.0.1:0\"\n";
    of.configure(
        listen,
        &format!("{listen}names = [\"portal.rekaan.lan\"]\ncertificate = \"portal.pem\"\nkey = \"portal.key\"\n"),
    );
    of
}

/// A new pair counts from the next handshake on; while a file cannot be used the earlier pair stays, and both commands say so.
fn a_certificate_is_renewed_without_a_restart() {
    let shown = Shown::by(certified(), &["portal"]);
    let office = &shown.office;
    let script = "import http.client, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[2])
connection = http.client.HTTPSConnection('127.0.0.1', int(sys.argv[1]), context=context)
connection.request('GET', '/sehat', headers={'Host': 'portal.rekaan.lan'})
assert connection.getresponse().status == 200
";
    fs::write(office.path("tanya.py"), script).unwrap();
    let port = shown.address.port().to_string();
    let trusted = |by: &str| Tool::Python(&[]).run(&[&office.place("tanya.py"), &port, &office.place(by)]);
    let keep = |name: &str| fs::copy(office.path("portal.pem"), office.path(name)).unwrap();
    keep("lama.pem");
    trusted("lama.pem").expect_code(0);
    office.run(&["portal", "certificate", "--replace"]).expect_code(0);
    keep("baru.pem");
    trusted("baru.pem").expect_code(0);
    assert!(trusted("lama.pem").expect_code(1).err.contains("CERTIFICATE_VERIFY_FAILED"));
    fs::write(office.path("portal.pem"), "bukan sertifikat").unwrap();
    trusted("baru.pem").expect_code(0);
    let doctor = office.run(&["doctor", "--format", "json"]).json().to_string();
    assert!(doctor.contains("J020"), "{doctor}");
    let status = office.run(&["status", "--format", "json"]).json().to_string();
    assert!(status.contains("J020"), "{status}");
    fs::copy(office.path("lama.pem"), office.path("portal.pem")).unwrap();
    assert!(trusted("lama.pem").expect_code(1).err.contains("CERTIFICATE_VERIFY_FAILED"), "its key is another");
    trusted("baru.pem").expect_code(0);
    fs::copy(office.path("baru.pem"), office.path("portal.pem")).unwrap();
    let doctor = office.run(&["doctor", "--format", "json"]).json().to_string();
    assert!(!doctor.contains("J020"), "{doctor}");
}

/// The end of a certificate is told a month before, with the day, and when it has come.
fn the_end_of_a_certificate_is_told() {
    let of = certified();
    let clock = Clock::of(&of);
    let made_s = true_s();
    let told = |days: i64| {
        clock.set(made_s + days * 86_400, days * 86_400);
        let run = |command: &str| {
            let asked = clock.rules(of.command(&[command, "--format", "json"])).output().unwrap();
            Ran::from(asked).json()
        };
        let conditions = run("status")["conditions"].as_array().unwrap().clone();
        let conditions = conditions.into_iter().filter(|one| one["code"].as_str().unwrap().starts_with("J01"));
        let of_status: Vec<_> = conditions.map(|one| (one["code"].clone(), one["of"].clone())).collect();
        let doctor = run("doctor").to_string();
        for (code, of) in &of_status {
            assert!(doctor.contains(&code.to_string()) && doctor.contains(of.as_str().unwrap()), "{doctor}");
        }
        of_status.into_iter().filter(|(code, _)| code == "J017" || code == "J018").collect::<Vec<_>>()
    };
    assert_eq!(told(0), []);
    assert_eq!(told(366), []);
    let soon = told(380);
    let ends = chrono::DateTime::from_timestamp(made_s + 397 * 86_400, 0).unwrap();
    let days: Vec<String> =
        [-1, 0].map(|back| (ends + chrono::Duration::days(back)).format("%d-%m-%Y").to_string()).to_vec();
    assert!(
        matches!(&soon[..], [(code, day)] if code == "J017" && days.iter().any(|of| day == of)),
        "{soon:?} {days:?}"
    );
    let over = told(400);
    assert!(matches!(&over[..], [(code, _)] if code == "J018"), "{over:?}");
}

/// With a certificate: a handshake that does not go on ends, others are shaken meanwhile, and plain HTTP says nothing.
fn with_a_certificate() {
    let of = certified();
    of.run(&["portal", "certificate", "--name", "portal.rekaan.lan"])
        .expect_refusal(&["is there already", "--replace"]);
    let shown = Shown::by(of, &["portal"]);
    let began = Instant::now();
    let mut half_open: Vec<TcpStream> = (0..20).map(|_| connected(shown.address)).collect();
    half_open[0].write_all(&[0x16, 0x03, 0x01, 0x02, 0x00, 0x01]).unwrap();
    let script = "import http.client, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[2])
def ask(method, path, body=None, headers={}):
    connection = http.client.HTTPSConnection('127.0.0.1', int(sys.argv[1]), context=context)
    connection.request(method, path, body, {'Host': 'portal.rekaan.lan', **headers})
    reply = connection.getresponse()
    reply.read()
    return reply
reply = ask('GET', '/sehat')
assert reply.status == 200 and reply.getheader('strict-transport-security'), reply.getheaders()
form = {'Content-Type': 'application/x-www-form-urlencoded'}
reply = ask('POST', '/masuk', 'akun=ti&sandi=sandi+rekaan+ti', form)
cookie = reply.getheader('set-cookie')
assert reply.status == 303 and cookie.startswith('__Host-tertib='), reply.getheaders()
assert 'Secure' in cookie and 'HttpOnly' in cookie and 'SameSite=Strict' in cookie and 'Path=/' in cookie and 'Domain' not in cookie, cookie
assert ask('GET', '/akun', headers={'Cookie': cookie.split(';')[0]}).status == 200
assert ask('GET', '/akun', headers={'Cookie': cookie.split(';')[0].replace('__Host-', '')}).status == 303
";
    let file = shown.office.path("tanya.py");
    fs::write(&file, script).unwrap();
    let port = shown.address.port().to_string();
    Tool::Python(&[]).run(&[&file.display().to_string(), &port, &shown.office.place("portal.pem")]).expect_code(0);
    // They are given up after five.
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "half-open handshakes kept others waiting: {:?}",
        began.elapsed()
    );
    let plain = raw(shown.address, b"GET /sehat HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(!String::from_utf8_lossy(&plain).contains("HTTP/1.1"), "{}", String::from_utf8_lossy(&plain));
    for stream in &mut half_open {
        let mut byte = [0];
        assert!(matches!(stream.read(&mut byte), Ok(0 | 1) | Err(_)));
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    fs::set_permissions(shown.office.path("portal.key"), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    shown.office.run(&["portal"]).expect_refusal(&["others may read", "chmod 600"]);
}

/// A client that asks and does not read does not keep others waiting.
fn who_does_not_read_is_alone_with_it() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("kepala");
    let deaf: Vec<TcpStream> =
        (0..8).map(|_| Asking::new(shown.address, "get", "/tinjauan/2026-10").cookie(Some(&cookie)).open()).collect();
    for stream in &deaf {
        stream.shutdown(Shutdown::Write).unwrap();
    }
    assert_eq!(shown.get("/tinjauan/2026-10", &cookie).status, 200);
}

/// The places of an address come free again, although who holds them asks for more than the system keeps and never reads; and an end
/// does not wait for them.
fn who_never_reads_loses_the_connection() {
    let mut shown = Shown::alone();
    let cookie = shown.sign_in("kepala");
    let path = "/tinjauan/2026-10";
    assert_eq!(shown.get(path, &cookie).status, 200);
    let asked = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n\r\n", shown.address).repeat(400);
    let deaf: Vec<TcpStream> = (0..32)
        .map(|_| {
            let stream = tests::runtime().block_on(async {
                let socket = tokio::net::TcpSocket::new_v4().unwrap();
                socket.set_recv_buffer_size(4_096).unwrap();
                socket.bind("127.0.0.3:0".parse().unwrap()).unwrap();
                socket.connect(shown.address).await.unwrap().into_std().unwrap()
            });
            stream.set_nonblocking(true).unwrap();
            // As much of it as is taken.
            drop((&stream).write(asked.as_bytes()));
            stream
        })
        .collect();
    let descriptors = || fs::read_dir(format!("/proc/{}/fd", shown.serving.id())).unwrap().count();
    let began = Instant::now();
    let answers = || {
        let mut other = from("127.0.0.3", shown.address);
        other.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        drop(other.write_all(b"GET /sehat HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        status(&rest(&mut other)) == 200
    };
    std::thread::sleep(Duration::from_secs(2));
    let held = descriptors();
    assert!(held > 32 && !answers(), "{held} descriptors: the places are not taken");
    crate::within(Duration::from_secs(45), "the places are free again", || answers().then_some(()));
    assert!(began.elapsed() > Duration::from_secs(12), "others were given up too: {:?}", began.elapsed());
    crate::within(Duration::from_secs(20), "their descriptors too", || (descriptors() < held - 30).then_some(()));
    assert_eq!(shown.get(path, &cookie).status, 200);
    drop(deaf);
    assert!(shown.stop() < Duration::from_secs(2));
}
