"""A mail server on loopback that keeps what it takes, by aiosmtpd.

sink.py FOLDER {plain|starttls|tls} [CERTIFICATE]

The file `mode` in FOLDER says how it answers from now on: `take`, an SMTP code (421 to MAIL, 450 and 550 to RCPT, 451 and 554 to the
message), `silent` after the message. Each message is a file `N.eml` beginning with a line for its receiver. `tono` logs in with
`rahasia`; what others try is refused. The first line of output is the port.
"""

import asyncio
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

folder, security = pathlib.Path(sys.argv[1]), sys.argv[2]
taken = 0


def mode():
    return (folder / "mode").read_text().strip()


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if mode() == "421":
            return "421 4.3.2 closing for 1806015708979001"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if mode() in ("450", "550"):
            return f"{mode()} not for {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        global taken
        if mode() == "silent":
            await asyncio.sleep(3600)
        if mode() in ("451", "554"):
            return f"{mode()} not now, 1806015708979001"
        taken += 1
        head = f"{','.join(envelope.rcpt_tos)} {'tls' if session.ssl or security == 'tls' else 'plain'} {session.authenticated}\n"
        (folder / f"{taken}.part").write_bytes(head.encode() + envelope.content)
        (folder / f"{taken}.part").rename(folder / f"{taken}.eml")
        return "250 OK"


def authenticate(server, session, envelope, mechanism, given):
    return AuthResult(success=(given.login, given.password) == (b"tono", b"rahasia"), handled=False)


async def main():
    context = None
    if security != "plain":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3])
    wanted = dict(hostname="localhost", authenticator=authenticate, timeout=3600)
    if security == "starttls":
        wanted.update(tls_context=context, require_starttls=True)
    elif security == "tls":
        wanted.update(auth_require_tls=False)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Handler(), **wanted), "localhost", 0, ssl=context if security == "tls" else None
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
