# SPDX-License-Identifier: LGPL-2.1-or-later
"""A bad network between telempostd and the server: answers get lost after the server has acted on the request.

    with LossyProxy(upstream_port=8080, port=8090, loss=0.3) as proxy: ...

Knows to the byte what came from the sender, so that a test can prove that no more of it comes.
"""

import array
import fcntl
import random
import socket
import termios
import threading

CHUNK = 65536


class LossyProxy:
    def __init__(self, upstream_port, port=8090, loss=0.0, seed=1):
        """loss: share of answers that are dropped, connection and all."""
        self.port, self.loss = port, loss
        self.url = f'http://127.0.0.1:{port}'
        self.n_lost = self.n_passed = 0
        self._n_read = 0
        self._clients = set()
        self._flowing = threading.Event()
        self._flowing.set()
        self._upstream_port = upstream_port
        self._random = random.Random(seed)
        self._listener = None

    def __enter__(self):
        self._listener = socket.create_server(('127.0.0.1', self.port))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.release()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def hold(self):
        """From now on nothing is read: a sender goes on until the buffers between us are full, and then waits."""
        self._flowing.clear()

    def release(self):
        self._flowing.set()

    def arrived(self):
        """Bytes that have left the sender: what was read here, and what waits to be."""
        return self._n_read + sum(bytes_waiting(client) for client in list(self._clients))

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client):
        try:
            server = socket.create_connection(('127.0.0.1', self._upstream_port))
        except OSError:
            client.close()
            return
        threading.Thread(target=self._pass_answers, args=[server, client], daemon=True).start()
        self._clients.add(client)
        try:
            while self._flowing.wait() and (data := client.recv(CHUNK)):
                self._n_read += len(data)
                server.sendall(data)
        except OSError:
            pass
        finally:
            self._clients.discard(client)
            close(server)

    def _pass_answers(self, server, client):
        try:
            while data := server.recv(CHUNK):
                if self._random.random() < self.loss:
                    self.n_lost += 1
                    break
                self.n_passed += 1
                client.sendall(data)
        except OSError:
            pass
        finally:
            close(client)
            close(server)


def bytes_waiting(connection):
    number = array.array('i', [0])
    try:
        fcntl.ioctl(connection, termios.FIONREAD, number)
    except (OSError, ValueError):  # closed meanwhile
        return 0
    return number[0]


def close(connection):
    """Both directions at once, whoever else reads from it."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connection.close()
