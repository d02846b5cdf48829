"""tls_relay.py PORT DIR: https in front of the server at that port of loopback. Prints its own
port. The file DIR/serve names the certificate in DIR that it shows; when it changes, what is
connected is hung up. Ends with its standard input."""
import os
import select
import socket
import ssl
import sys
import threading

PORT, DIR = int(sys.argv[1]), sys.argv[2]


def served():
    with open(os.path.join(DIR, "serve"), encoding="ascii") as file:
        return file.read().strip()


def hand_on(a, b):
    """What came by a goes to b; whether more may come."""
    data = a.recv(1 << 16)
    b.sendall(data)
    return bool(data)


def relay(client):
    try:
        name = served()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{DIR}/{name}.pem", f"{DIR}/{name}.key")
        with context.wrap_socket(client, server_side=True) as tls, \
                socket.create_connection(("127.0.0.1", PORT)) as server:
            while served() == name:
                ready = select.select([tls, server], [], [], 0 if tls.pending() else 0.05)[0]
                if (tls in ready or tls.pending()) and not hand_on(tls, server):
                    return
                if server in ready and not hand_on(server, tls):
                    return
    except OSError:  # the other side does not like what it sees, or the file is being written
        pass


def accept(door):
    while True:
        threading.Thread(target=relay, args=(door.accept()[0],), daemon=True).start()


def main():
    door = socket.create_server(("127.0.0.1", 0))
    print(door.getsockname()[1], flush=True)
    threading.Thread(target=accept, args=(door,), daemon=True).start()
    sys.stdin.read()


main()
