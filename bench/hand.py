"""Ends of sessions that no node has made: as an operator does it in the store's own shell."""

import socket
import subprocess


def redis(port):
    link = socket.create_connection(("127.0.0.1", port), 10)

    def end(identifier):
        link.sendall(f"DEL statekeep:s:{identifier}\r\n".encode())
        if link.recv(64) != b":1\r\n":
            raise RuntimeError("DEL did not find the session")
    return end


def sql(shell):
    process = subprocess.Popen(shell, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def end(identifier):
        print(f"DELETE FROM statekeep_session WHERE id = '{identifier}' RETURNING 'ended';",
              file=process.stdin, flush=True)
        if process.stdout.readline() != "ended\n":
            raise RuntimeError("DELETE did not find the session")
    return end
