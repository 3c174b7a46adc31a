# SPDX-License-Identifier: LGPL-2.1-or-later
"""A fleet that sends 21 000 records with every kind of hostile text in them, and what a page must not have."""

import csv
import html.parser
import io
import random
import time
import urllib.parse

from backend import batch, record

DAY = 86400
N_RECORDS = 21000
MEGABYTE = 'A' * (1024 * 1024 - 64)

CLASSES = ['org.example/heartbeat/ping'] * 6 + ['kernel/oops/null_deref', 'kernel/oops/nullxderef', 'kernel/warning/x',
                                                'crash/userspace/segv', 'crash/userspace/abort', 'hardware/mce/memory']
BUILDS = ['39010', '39020', '39030', '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "=cmd|' /C calc'!A0",
          '+1', '-1', '@SUM(A1)', '50%', 'a_b', 'axb', '\u202egnp.exe', '日本', '{{layout.version}}', 'b&class=x', "'; drop table record; --",
          'x' * 128]
SYSTEMS = ['debian', 'clear-linux-os', '\u2066kiosk\u2069', '<b>bold</b>']
PAYLOADS = ['{"message":"hello","n":12345678901234567890}', 'plain text', '<script>alert("payload")</script>', '</pre></code><script>x</script>',
            '{"k<script>":"</span><img src=x onerror=1>"}', '\u202e\u2066', '[[[[', '', '&lt;already&gt;', '{{#records}}{{/records}}',
            'line\nline\x1b[31m', '"' * 500,
            '{"signature":{"title":"gears|SIGSEGV|<b>turn\u202e"},"program":"/usr/bin/gears","threads":1200,"complete":true,'
            '"frames":[{"function":"turn"}],"text":"gears ended\\n#0   <b>turn</b>+0x6\\n"}']
MACHINES = [f'{number:032x}' for number in range(1, 41)]


def make_records(seed=1):
    """(machine, record) pairs, newest first, over 30 days; seven in ten within the last five."""
    dice = random.Random(seed)
    now = time.time()
    made = []
    for number in range(N_RECORDS):
        age = dice.random() * 5 * DAY if dice.random() < 0.7 else dice.random() * 30 * DAY
        one = record(now - 60 - age, classification=dice.choice(CLASSES), severity=dice.choice([1, 1, 1, 2, 2, 3, 4]),
                     sequence=number, payload=dice.choice(PAYLOADS),
                     system={'build': dice.choice(BUILDS), 'system_name': dice.choice(SYSTEMS)})
        made.append((dice.choice(MACHINES), one))
    # One in each corner: the oldest payload with a word that nobody else has, and one of the largest size.
    made[0][1]['payload'] = MEGABYTE + 'end-of-megabyte'
    oldest = min(made, key=lambda pair: pair[1]['record_id'])
    oldest[1]['payload'] = 'a needle in the oldest'
    return sorted(made, key=lambda pair: pair[1]['record_id'], reverse=True)


def send(backend, pairs):
    """Sends in batches of one machine each; all must be accepted."""
    connection = backend.connect()
    by_machine = {}
    for machine, one in pairs:
        by_machine.setdefault(machine, []).append(one)
    for machine, records in by_machine.items():
        for start in range(0, len(records), 500):
            part = records[start:start + 500]
            outcomes = set(backend.post(batch(part, machine_id=machine), connection=connection).outcomes)
            assert outcomes == {'accepted'}, outcomes


class Reader:
    """What people and programs get for a URL."""

    def __init__(self, backend):
        self.backend = backend

    def get(self, path, **headers):
        return self.backend.request('GET', path, headers={name.replace('_', '-'): value for name, value in headers.items()})

    def json(self, path):
        return self.get(path).json

    def html(self, path):
        answer = self.get(path, Accept='text/html')
        return answer.status, answer.body.decode()

    def csv(self, path):
        return list(csv.DictReader(io.StringIO(self.get(path).body.decode(), newline='')))

    def walk(self, between=lambda page: None, **parameters):
        """All records of a search, page by page; between is called after each page."""
        found, cursor = [], None
        while True:
            query = urllib.parse.urlencode({**parameters, **({'cursor': cursor} if cursor else {})})
            page = self.json(f'/api/v1/records?{query}')
            found += page['records']
            cursor = page['next']
            between(page)
            if not cursor:
                return found


class PageParser(html.parser.HTMLParser):
    """What a browser would make of a page, as far as it can do harm."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.attributes, self.texts, self.links = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        for name, value in attrs:
            self.attributes.append((tag, name, value))
            if name == 'href':
                self.links.append(value)

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return ''.join(self.texts)


ELEMENTS = {'html', 'head', 'title', 'meta', 'link', 'body', 'a', 'header', 'nav', 'img', 'main', 'div', 'h1', 'h2', 'p', 'section', 'table',
            'thead', 'tbody', 'tr', 'th', 'td', 'span', 'bdi', 'wbr', 'time', 'svg', 'g', 'rect', 'polygon', 'polyline', 'abbr', 'details',
            'summary', 'dl', 'dt', 'dd', 'footer', 'form', 'label', 'input', 'fieldset', 'legend', 'button', 'datalist', 'option', 'ul', 'li',
            'aside', 'pre', 'code', 'ol'}


def assert_harmless(test, text):
    """Only our own elements, no handler, no style, no address outside, no mark that turns text around."""
    page = PageParser(text)
    test.assertEqual(set(page.elements) - ELEMENTS, set())
    test.assertEqual(page.elements.count('img'), 1)
    for tag, name, value in page.attributes:
        test.assertFalse(name.startswith('on'), (tag, name, value))
        test.assertNotEqual(name, 'style', (tag, value))
        if name in ('href', 'src', 'action'):
            test.assertRegex(value, r'^[/#]', (tag, name))
            test.assertFalse(value.startswith('//'), value)
    for mark in '\u202e\u2066\u2069\x1b':
        test.assertNotIn(mark, page.text)
    return page


