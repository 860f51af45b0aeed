"""A mail server that nobody here wrote (aiosmtpd) on a free port of this machine. What becomes of a message hangs on the name
of its recipient. It says on one line what it is asked on one line, in JSON, and ends with its input.

    server.py '{"certificate": FILE, "key": FILE, "at_once": BOOL, "login": [USER, PASSWORD]}'
"""
import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

wanted = json.loads(sys.argv[1])
messages = []
connections = []


def told(server, session, envelope):
    """The message as Python's own reader understands it, and all that it has against it."""
    message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
    parts = [part for part in message.walk() if not part.is_multipart()]
    defects = [str(defect) for part in message.walk() for defect in part.defects]
    defects += [str(defect) for value in message.values() for defect in value.defects]
    return {
        "from": envelope.mail_from,
        "to": envelope.rcpt_tos,
        "options": envelope.mail_options,
        "encrypted": server.transport.get_extra_info("ssl_object") is not None,
        "hello": session.host_name,
        "type": message.get_content_type(),
        "headers": [[name, str(value)] for name, value in message.items()],
        "parts": [[part.get_content_type(), part.get_content_charset(), part.get_content()] for part in parts],
        "defects": defects,
        "longest_line": max(len(line) for line in envelope.original_content.split(b"\r\n")),
        "bare": envelope.original_content.replace(b"\r\n", b"").count(b"\n"),
    }


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "dropped-early":
            server.transport.abort()
            return "250 gone"
        if name == "hanging-early":
            await asyncio.sleep(3600)
        answers = {
            "refused": f"550 5.1.1 <{address}>: Recipient address rejected",
            "later": "451 4.3.0 Try again later",
            "closing": "421 4.3.2 Going away",
            "odd": "354 What?",
        }
        if name in answers:
            return answers[name]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        name = envelope.rcpt_tos[0].split("@")[0]
        messages.append(told(server, session, envelope))
        if name == "dropped":
            server.transport.abort()
        if name == "hanging":
            await asyncio.sleep(3600)
        answers = {"full": "452 4.2.2 Mailbox full", "too-large": "552 5.3.4 Too large"}
        return answers.get(name, "250 2.0.0 Queued as 12345")


class Server(SMTP):
    def connection_made(self, transport):
        connections.append(transport)
        super().connection_made(transport)

    async def smtp_DATA(self, arg):
        if self.envelope.rcpt_tos and self.envelope.rcpt_tos[0].startswith("dropped-within@"):
            await self.push("354 Go on")
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


def authenticator(server, session, envelope, mechanism, data):
    given = [data.login.decode(), data.password.decode()]
    return AuthResult(success=given == wanted["login"], handled=False)


async def main():
    context = None
    if wanted.get("certificate"):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(wanted["certificate"], wanted["key"])
    at_once = wanted.get("at_once", False)
    login = {}
    if wanted.get("login"):
        login = {"authenticator": authenticator, "auth_required": True, "auth_require_tls": context is not None and not at_once}
    loop = asyncio.get_running_loop()

    def one():
        return Server(
            Handler(), hostname="mx.example.org", loop=loop, tls_context=None if at_once else context,
            require_starttls=context is not None and not at_once, **login,
        )

    server = await loop.create_server(one, "127.0.0.1", 0, ssl=context if at_once else None)
    print(json.dumps(server.sockets[0].getsockname()[1]), flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if line.strip() == "cut":
            # As when a server goes away between two messages.
            for transport in connections:
                transport.abort()
        print(json.dumps({"messages": messages, "connections": len(connections)}), flush=True)


asyncio.run(main())
