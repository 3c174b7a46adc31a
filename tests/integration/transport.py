# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls to telempostd for tests: a batch as telemprobd would make it, Deliver, and what came of it."""

import json
import os
import uuid

from gi.repository import GLib

from harness.bus import POST_NAME, memfd, path_of


def record(classification='acme/app/event', payload='{}'):
    return {'record_id': str(uuid.uuid4()), 'classification': classification, 'severity': 1, 'payload_format_version': 1,
            'created_at': '2026-01-01T00:00:00.000000Z', 'payload': payload}


def batch(records, batch_id=None):
    """(batch id, body) of a batch."""
    batch_id = batch_id or str(uuid.uuid4())
    return batch_id, json.dumps({'format': 1, 'batch_id': batch_id, 'machine_id': '0' * 32, 'client': 'telemetrics/0.1.0', 'system': {},
                                 'records': records, 'ledger': []}).encode()


def begin_deliver(caller, batch_id, body, attempt=1, limit=30, **options):
    """body: bytes, or a file descriptor; limit: the option timeout, in seconds; other options as variants."""
    descriptor = memfd(body) if isinstance(body, bytes) else body
    options = {'timeout': GLib.Variant('u', limit), **options}
    call = caller.begin_invoke('Transport', 'Deliver', '(shua{sv})', batch_id, 0, attempt, options, fds=[descriptor], timeout=90)
    if isinstance(body, bytes):
        os.close(descriptor)
    return call


def deliver(caller, batch_id, body, **keywords):
    return caller.finish(begin_deliver(caller, batch_id, body, **keywords))[0]


def cancel(caller):
    caller.call(POST_NAME, path_of(POST_NAME), f'{POST_NAME}.Transport', 'Cancel', None)
