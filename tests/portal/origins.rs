//! From where a request may come: the site that a browser names, the origin, the name under which the portal is asked for.

use crate::client::{raw, status};
use crate::rights::path;
use crate::{Shown, routes};

tests::part! {
    only_requests_of_its_own_pages_change_something;
    another_name_is_refused;
    no_other_method_does_anything;
}

/// The answer of what is let through: the portal that is asked runs no jobs.
const LET_THROUGH: u16 = 409;

fn only_requests_of_its_own_pages_change_something() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("ti");
    let own = shown.address.to_string();
    let port = shown.address.port();
    let origins = [
        (None, true),
        (Some(format!("http://{own}")), true),
        (Some("null".to_owned()), false),
        (Some("http://evil.example".to_owned()), false),
        (Some(format!("http://127.0.0.1:{}", port.wrapping_add(1))), false),
        (Some(format!("http://{own}.evil.example")), false),
        (Some(format!("http://localhost:{port}")), false),
    ];
    let sites = [None, Some("same-origin"), Some("none"), Some("same-site"), Some("cross-site"), Some("")];
    let hosts = [(own.clone(), true), ("evil.example".to_owned(), false), (format!("evil.example:{port}"), false)];
    let mut let_through = 0;
    for method in ["post", "get", "head"] {
        for (origin, is_own) in &origins {
            for site in sites {
                for (host, is_known) in &hosts {
                    let path = if method == "post" { "/pekerjaan/tarik/jalankan" } else { "/akun" };
                    let mut asking = shown.ask(method, path).cookie(Some(&cookie)).host(host);
                    if let Some(origin) = origin {
                        asking = asking.with("Origin", origin);
                    }
                    if let Some(site) = site {
                        asking = asking.with("Sec-Fetch-Site", site);
                    }
                    let expected = match (is_known, method, site) {
                        (false, ..) => 421,
                        (true, "get" | "head", _) => 200,
                        (true, _, Some("same-origin" | "none")) => LET_THROUGH,
                        // An empty word is none.
                        (true, _, None | Some("")) if *is_own => LET_THROUGH,
                        (true, ..) => 403,
                    };
                    let reply = asking.send();
                    assert_eq!(reply.status, expected, "{method} {origin:?} {site:?} {host}: {}", reply.text());
                    let_through += usize::from(reply.status == LET_THROUGH);
                }
            }
        }
    }
    assert!(let_through > 10, "{let_through}");
}

/// A name that leads here from elsewhere shows nothing, however it is written.
fn another_name_is_refused() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("kepala");
    let own = shown.address.to_string();
    for host in
        ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.2", "", "[::2]", "127.0.0.1:x"]
    {
        for path in ["/masuk", "/sehat", "/akun", "/aset/x", "/tidak-ada"] {
            let reply = shown.ask("get", path).host(host).cookie(Some(&cookie)).send();
            assert!([400, 421].contains(&reply.status), "{host} {path}: {reply:?}");
            assert!(!reply.text().contains("Rekaan kepala") && reply.header("set-cookie").is_none());
        }
    }
    for head in [
        "GET /sehat HTTP/1.1\r\n".to_owned(),
        "GET /sehat HTTP/1.0\r\n".to_owned(),
        format!("GET /sehat HTTP/1.1\r\nHost: {own}\r\nHost: evil.example\r\n"),
        format!("GET /sehat HTTP/1.1\r\nHost: evil.example\r\nHost: {own}\r\n"),
        format!("GET http://evil.example/sehat HTTP/1.1\r\nHost: {own}\r\n"),
        format!("GET http://{own}/sehat HTTP/1.1\r\nHost: evil.example\r\n"),
    ] {
        let said = raw(shown.address, format!("{head}Connection: close\r\n\r\n").as_bytes());
        assert!([400, 421].contains(&status(&said)), "{head}: {}", String::from_utf8_lossy(&said));
    }
    for host in ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:80"] {
        assert_eq!(shown.ask("get", "/sehat").host(host).send().status, 200, "{host}");
    }
}

/// Methods that no page uses are refused wherever they are tried, and a GET of what changes something does nothing.
fn no_other_method_does_anything() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("ti");
    let known: Vec<(String, String)> = routes().into_iter().map(|(method, route, _)| (method, route)).collect();
    let mut refused = 0;
    for (_, route) in &known {
        for method in ["get", "post", "put", "patch", "delete", "options", "trace", "propfind"] {
            if known.contains(&(method.to_owned(), route.clone())) {
                continue;
            }
            for own in [None, Some(format!("http://{}", shown.address)), Some("http://evil.example".to_owned())] {
                let asking = shown.ask(method, &path(route)).cookie(Some(&cookie));
                let reply = if let Some(own) = own { asking.with("Origin", &own) } else { asking }.send();
                // What comes from elsewhere is refused before the method is looked at.
                assert!([403, 405].contains(&reply.status), "{method} {route}: {reply:?}");
                assert!(reply.status == 403 || reply.header("allow").is_some(), "{method} {route}: {reply:?}");
                refused += 1;
            }
        }
    }
    assert!(refused > 300, "{refused}");
    assert_eq!(shown.get("/akun", &cookie).status, 200, "the session lasts");
}
