# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pages and API over 21 000 hostile records: the same answer in three formats, complete, harmless and fast to leave."""

import fnmatch
import re
import time
import unittest
import urllib.parse
import uuid

from backend import Backend, batch, record, uuid7
from pages import (CLASSES, DAY, MACHINES, MEGABYTE, N_RECORDS, Reader, assert_harmless, make_records, send)

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
          "base-uri 'none'; frame-ancestors 'none'")
FIRST_PAGE_BYTES = 60 * 1024


def ids(records):
    return [one['record_id'] for one in records]


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.backend = cls.enterClassContext(Backend(rate_per_minute=0))
        cls.reader = Reader(cls.backend)
        cls.empty = {path: cls.reader.html(path) for path in ('/', '/records', '/records?class=a/b/c')}
        cls.sent = make_records()
        send(cls.backend, cls.sent)
        cls.backend.wait_folded()

    def expected(self, is_wanted):
        return [one['record_id'] for machine, one in self.sent if is_wanted(machine, one)]

    def find(self, is_wanted):
        return next(one for machine, one in self.sent if is_wanted(one))

    # Searches

    def find_quiet_days(self):
        """So many days ago no record was made for minutes: none changes sides while the server is asked. And the ids since then."""
        ids_sent = [one['record_id'][:13] for _, one in self.sent]
        for days in range(6, 30):
            then = time.time() - days * DAY
            earliest, latest = uuid7(then - 60)[:13], uuid7(then + 300)[:13]
            if not any(earliest <= sent <= latest for sent in ids_sent):
                return days, uuid7(then)[:13]
        raise AssertionError('records were made at each of these times')

    def test_filters(self):
        """Each filter finds exactly the records that it says, newest first, over all pages."""
        days, recent = self.find_quiet_days()
        cases = [
            ({'class': 'kernel/oops/null_deref'}, lambda m, r: r['classification'] == 'kernel/oops/null_deref'),
            ({'class': 'kernel/*'}, lambda m, r: r['classification'].startswith('kernel/')),
            ({'class': '*/?ops/*'}, lambda m, r: fnmatch.fnmatch(r['classification'], '*/?ops/*')),
            ({'class': 'no/such/class'}, lambda m, r: False),
            ({'severity': '4'}, lambda m, r: r['severity'] == 4),
            ({'severity': 'low,critical'}, lambda m, r: r['severity'] in (1, 4)),
            ({'build': '50%'}, lambda m, r: r['system']['build'] == '50%'),
            ({'build': 'a_b'}, lambda m, r: r['system']['build'] == 'a_b'),
            ({'build': '390*'}, lambda m, r: r['system']['build'].startswith('390')),
            ({'build': "'; drop table record; --"}, lambda m, r: r['system']['build'].startswith("';")),
            ({'build': '\u202egnp.exe'}, lambda m, r: r['system']['build'] == '\u202egnp.exe'),
            ({'system': '<b>bold</b>'}, lambda m, r: r['system']['system_name'] == '<b>bold</b>'),
            ({'machine': MACHINES[7]}, lambda m, r: m == MACHINES[7]),
            ({'machine': 'f' * 32}, lambda m, r: False),
            ({'from': f'{days}d'}, lambda m, r: r['record_id'][:13] >= recent),
            ({'to': f'{days}d'}, lambda m, r: r['record_id'][:13] < recent),
            ({'class': 'crash/*', 'severity': '3', 'build': '390*', 'machine': MACHINES[3]},
             lambda m, r: m == MACHINES[3] and r['severity'] == 3 and r['classification'].startswith('crash/')
             and r['system']['build'].startswith('390')),
            ({'text': 'NEEDLE'}, lambda m, r: 'needle' in r['payload']),
            ({'text': 'alert("payload")', 'class': 'crash/*'},
             lambda m, r: 'alert("payload")' in r['payload'] and r['classification'].startswith('crash/')),
            ({}, lambda m, r: True),
        ]
        for parameters, is_wanted in cases:
            with self.subTest(parameters=parameters):
                found = self.reader.walk(limit=1000, **parameters)
                self.assertEqual(ids(found), self.expected(is_wanted))

    def test_paging_while_records_arrive(self):
        """Page by page, no record comes twice and none is missing, while new ones arrive all the time."""
        before = set(self.backend_ids())
        pages = []

        def more(page):
            pages.append(page)
            if len(pages) % 10 == 0:
                self.backend.post(batch([record(severity=1, classification='late/comer/x') for _ in range(30)], machine_id='e' * 32))

        found = ids(self.reader.walk(more, limit=97))
        self.assertEqual(len(found), len(set(found)))
        self.assertEqual(before - set(found), set())
        self.assertGreater(len(pages), 200)
        for page in pages[:-1]:
            self.assertEqual(len(page['records']), 97)

    def backend_ids(self):
        return [row[0] for row in self.backend.query('select record_id from record')]

    def test_text_search_goes_on(self):
        """A rare text is found however old: each page says how far it has looked."""
        pages = []
        found = self.reader.walk(pages.append, text='a needle in the oldest')
        self.assertEqual(len(found), 1)
        self.assertGreater(len(pages), 3)
        for page in pages[:-1]:
            self.assertRegex(page['searched_to'], r'^2\d{3}-\d\d-\d\dT')
        status, text = self.reader.html('/records?text=a+needle+in+the+oldest')
        self.assertEqual(status, 200)
        self.assertIn('Nothing in this part', text)
        self.assertIn('Go on searching', text)

    def test_not_counted_yet_is_found(self):
        """A record is found at once, not when the counting has come to it; even a class nobody has seen before."""
        name = f'new/{uuid.uuid4().hex[:8]}/x'
        one = record(classification=name)
        self.backend.post(batch([one]))
        self.assertEqual(ids(self.reader.walk(**{'class': name, 'severity': 2})), [one['record_id']])

    # Formats

    def test_same_in_every_format(self):
        """HTML, JSON and CSV of a search have the same records; so have the header Accept and the suffix."""
        query = 'class=crash/*&severity=3,4&limit=40'
        by_api = self.reader.json(f'/api/v1/records?{query}')
        _, page = self.reader.html(f'/records?{query}')
        self.assertEqual(self.reader.json(f'/records.json?{query}')['records'], by_api['records'])
        self.assertEqual(self.reader.get(f'/records?{query}', Accept='application/json').json['records'], by_api['records'])
        self.assertEqual(re.findall(r'href="/records/([0-9a-f-]{36})"', page), ids(by_api['records']))
        rows = self.reader.csv(f'/records.csv?{query}')
        self.assertEqual(ids(rows), ids(by_api['records']))
        self.assertEqual([row['classification'] for row in rows], [one['classification'] for one in by_api['records']])

    def test_record_as_it_was_sent(self):
        """The API gives every field of a record back as the machine sent it, hostile or not."""
        for build in ('<script>alert(1)</script>', '\u202egnp.exe', 'x' * 128):
            sent = self.find(lambda one, build=build: one['system']['build'] == build)
            got = self.reader.json(f"/api/v1/records/{sent['record_id']}")
            for name in ('record_id', 'classification', 'severity', 'payload', 'event_id', 'boot_id', 'created_at', 'sequence', 'origin',
                         'boottime_us', 'payload_format_version', 'app'):
                self.assertEqual(got[name], sent[name], name)
            self.assertEqual(got['system'], {**sent['system'], 'arch': 'x86_64'})
            self.assertEqual(got['payload_bytes'], len(sent['payload'].encode()))

    def test_csv_has_no_formula(self):
        """No cell of the CSV begins a formula; the JSON of the same records still has what was sent."""
        rows = self.reader.csv('/records.csv?build==*&limit=20') + self.reader.csv('/records.csv?build=%2B1&limit=5') \
            + self.reader.csv('/records.csv?build=-1&limit=5') + self.reader.csv('/records.csv?build=@*&limit=5')
        self.assertEqual(len(rows), 35)
        for row in rows:
            for name, cell in row.items():
                self.assertNotRegex(cell, r'^\s*[=+\-@\t\r]', name)
            self.assertTrue(row['system.build'].startswith("'"))
        self.assertEqual(self.reader.json('/records.json?build=%2B1&limit=1')['records'][0]['system']['build'], '+1')

    def test_csv_goes_on(self):
        """A CSV names its next page in the header Link; followed, it is complete."""
        path, found = '/records.csv?class=hardware/*&limit=500', []
        while path:
            answer = self.reader.get(path)
            found += re.findall(r'^([0-9a-f-]{36}),', answer.body.decode(), re.M)
            link = answer.headers['Link']
            path = re.match(r'<(/records\.csv\?[^>]+)>; rel="next"$', link).group(1) if link else None
        self.assertEqual(found, self.expected(lambda m, r: r['classification'].startswith('hardware/')))

    # Hostile values

    def test_pages_are_harmless(self):
        """Whatever machines send, a page has only elements, attributes and addresses of our own."""
        paths = ['/', '/?days=90', '/records', '/records?limit=1000', '/records?build=%3Cscript%3E*', '/records?build=%22%3E%3Cimg*',
                 '/records?text=%3C/pre%3E', '/records?build=%E2%80%AEgnp.exe', '/records?class=nothing/like/it&text="><script>']
        seen = set()
        for _, one in self.sent:
            if one['payload'][:100] not in seen:
                seen.add(one['payload'][:100])
                paths.append(f"/records/{one['record_id']}")
        for path in paths:
            with self.subTest(path=path):
                status, text = self.reader.html(urllib.parse.quote(path, safe='/?=&%*'))
                self.assertEqual(status, 200)
                assert_harmless(self, text)

    def test_hostile_words_are_shown(self):
        """Escaped is not lost: the page says what the machine said, with hidden marks made visible."""
        for build, shown in (('<script>alert(1)</script>', '<script>alert(1)</script>'), ('\u202egnp.exe', '[U+202E]gnp.exe'),
                             ('{{layout.version}}', '{{layout.version}}')):
            one = self.find(lambda one, build=build: one['system']['build'] == build)
            _, text = self.reader.html(f"/records/{one['record_id']}")
            self.assertIn(shown, assert_harmless(self, text).text)

    def test_links_lead_back(self):
        """Every link of the page of hostile facets answers, and finds something."""
        _, text = self.reader.html('/records')
        links = {link for link in assert_harmless(self, text).links if link.startswith('/records?build=')}
        self.assertGreater(len(links), 8)
        for link in links:
            self.assertGreater(len(self.reader.get(link, Accept='application/json').json['records']), 0, link)

    # The record

    def test_payload(self):
        """JSON is laid out without touching its digits, text is text, and the payload alone is what was sent."""
        one = self.find(lambda one: one['payload'].startswith('{"message"'))
        _, text = self.reader.html(f"/records/{one['record_id']}")
        self.assertIn('{\n  "message": "hello",\n  "n": 12345678901234567890\n}', assert_harmless(self, text).text)
        for payload in ('line\nline\x1b[31m', '', '<script>alert("payload")</script>', '\u202e\u2066'):
            one = self.find(lambda one, payload=payload: one['payload'] == payload)
            answer = self.reader.get(f"/api/v1/records/{one['record_id']}/payload")
            self.assertEqual(answer.body.decode(), payload)
            self.assertEqual(answer.headers['Content-Type'], 'text/plain; charset=utf-8')
            self.assertEqual(answer.headers['X-Content-Type-Options'], 'nosniff')

    def test_report(self):
        """What a payload says to people comes first, in lines; all of it is there as well."""
        one = self.find(lambda one: one['payload'].startswith('{"signature"'))
        _, text = self.reader.html(f"/records/{one['record_id']}")
        page = assert_harmless(self, text).text
        self.assertIn('gears|SIGSEGV|<b>turn[U+202E] · Telemetrics', page)
        self.assertIn('gears ended\n#0   <b>turn</b>+0x6', page)
        self.assertRegex(page, r'Program/usr/bin/gears.*Threads1,200.*Completeyes')
        self.assertLess(page.index('#0   <b>'), page.index('"signature": {'))
        self.assertIn('"threads": 1200', page)

    def test_large_payload(self):
        """A payload of a megabyte does not make a page of a megabyte; the page says so and leads to the whole."""
        one = self.find(lambda one: len(one['payload']) > len(MEGABYTE))
        _, text = self.reader.html(f"/records/{one['record_id']}")
        self.assertLess(len(text), FIRST_PAGE_BYTES)
        self.assertIn('This payload is large', text)
        self.assertEqual(self.reader.get(f"/api/v1/records/{one['record_id']}/payload").body.decode(), one['payload'])

    def test_end_of_time(self):
        """The end of all time is a time like others."""
        for query in ('to=9999-12-31', 'to=9999-12-31T23:59:59Z', 'cursor=ffffffff-ffff-ffff-ffff-ffffffffffff'):
            with self.subTest(query=query):
                self.assertEqual(len(self.reader.get(f'/api/v1/records?{query}').json['records']), 50)

    # Mistakes

    def test_bad_values(self):
        """A value that is not understood is 400 and names its parameter, as a page and as JSON; nothing is ignored."""
        for query, name in (('severity=9', 'severity'), ('class=<x>', 'class'), ('from=yesterday', 'from'), ('limit=0', 'limit'),
                            ('machine=1', 'machine'), ('cursor=x', 'cursor'), ('clas=a', 'clas'), ('build=%FF', 'build'),
                            ('to=2026-99-99', 'to'), ('text=' + 'x' * 300, 'text')):
            with self.subTest(query=query):
                query = urllib.parse.quote(query, safe='=&%')
                answer = self.reader.get(f'/api/v1/records?{query}')
                self.assertEqual(answer.status, 400)
                self.assertTrue(answer.message.startswith(f'{name}: '), answer.message)
                self.assertIn('accepted is ', answer.message)
                status, text = self.reader.html(f'/records?{query}')
                self.assertEqual(status, 400)
                self.assertIn(f'{name}: ', assert_harmless(self, text).text)
        self.assertEqual(self.reader.get('/?days=8').status, 400)

    def test_missing(self):
        """What is not there is 404, as a page for people and as JSON for programs."""
        for path in ('/nothing', '/records/x', '/records/01a2034e-1e6b-770e-8fdf-2ec9b0860797', '/records/%3Cscript%3E', '/assets/style.css',
                     '/records/../../etc/passwd'):
            with self.subTest(path=path):
                status, text = self.reader.html(path)
                self.assertEqual(status, 404)
                assert_harmless(self, text)
        answer = self.reader.get('/api/v1/records/01a2034e-1e6b-770e-8fdf-2ec9b0860797')
        self.assertEqual((answer.status, 'message' in answer.json), (404, True))
        self.assertEqual(self.reader.get('/api/v1/nothing').json.keys(), {'message'})

    # Headers

    def test_headers(self):
        """Every page has the security headers, an ETag that saves the second transfer, and no script."""
        for path in ('/', '/records', '/records?severity=9', '/nothing', f"/records/{self.sent[5][1]['record_id']}"):
            with self.subTest(path=path):
                answer = self.reader.get(path, Accept='text/html')
                self.assertEqual(answer.headers['Content-Security-Policy'], POLICY)
                self.assertEqual(answer.headers['X-Content-Type-Options'], 'nosniff')
                self.assertEqual(answer.headers['Referrer-Policy'], 'no-referrer')
                self.assertEqual(answer.headers['Content-Type'], 'text/html; charset=utf-8')
                self.assertNotIn('<script', answer.body.decode())

    def test_etag(self):
        """The same answer has the same ETag; who has it gets 304 and no body."""
        path = '/api/v1/records?class=crash/*&to=' + time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() - 2 * DAY))
        first = self.reader.get(path)
        again = self.reader.get(path, If_None_Match=first.headers['ETag'])
        other = self.reader.get(path, If_None_Match='"0"')
        self.assertRegex(first.headers['ETag'], r'^"[0-9a-f]{32}"$')
        self.assertEqual((again.status, again.body, again.headers['ETag']), (304, b'', first.headers['ETag']))
        self.assertEqual(other.status, 200)

    def test_assets(self):
        """Style and icon have hashed names, may be kept for ever, and are small."""
        _, text = self.reader.html('/')
        paths = set(re.findall(r'"(/assets/[^"]+)"', text))
        self.assertEqual(len(paths), 2)
        for path in paths:
            answer = self.reader.get(path)
            self.assertEqual(answer.status, 200)
            self.assertRegex(path, r'^/assets/[a-z]+\.[0-9a-f]{12}\.(css|svg)$')
            self.assertEqual(answer.headers['Cache-Control'], 'public, max-age=31536000, immutable')
            self.assertLess(len(answer.body), 14 * 1024)

    # Overview

    def test_overview_counts(self):
        """The numbers of the Overview are those of the records, by day, class, severity and build."""
        self.backend.wait_folded()
        overview = self.reader.json('/api/v1/overview?days=90')
        by_class = {}
        for _, one in self.sent:
            by_class[one['classification']] = by_class.get(one['classification'], 0) + 1
        shown = {row['classification']: row['n_records'] for row in overview['classes'] if row['classification'] in CLASSES}
        self.assertEqual(shown, {name: by_class[name] for name in shown})
        self.assertGreaterEqual(len(shown), 5)
        self.assertEqual(sum(day['n_records'] for day in overview['by_day']), self.backend.count())
        for day in overview['by_day']:
            self.assertEqual(day['low'] + day['medium'] + day['high'] + day['critical'], day['n_records'])
        self.assertEqual(len(overview['by_day']), 90)
        self.assertGreaterEqual(overview['health']['stored_24h'], N_RECORDS)
        self.assertEqual(overview['health']['rejected_24h'], 0)
        self.assertEqual(ids(overview['latest']), sorted(self.backend_ids(), reverse=True)[:8])

    def test_first_page_is_small(self):
        """The first page, with everything that it needs, is at most 60 KiB; so is the first page of Records."""
        _, text = self.reader.html('/')
        n_bytes = len(text.encode()) + sum(len(self.reader.get(path).body) for path in set(re.findall(r'"(/assets/[^"]+)"', text)))
        self.assertLessEqual(n_bytes, FIRST_PAGE_BYTES + 14 * 1024)
        self.assertLessEqual(len(text.encode()), FIRST_PAGE_BYTES)
        self.assertLessEqual(len(self.reader.html('/records')[1].encode()), FIRST_PAGE_BYTES)

    def test_empty_pages_say_what_to_do(self):
        """Without any record, pages say how to get the first one."""
        for path, (status, text) in self.empty.items():
            with self.subTest(path=path):
                self.assertEqual(status, 200)
                assert_harmless(self, text)
        self.assertIn('telemctl opt-in', self.empty['/'][1])
        self.assertIn('telem-record-gen', self.empty['/records'][1])
        self.assertIn('No record is like that', self.empty['/records?class=a/b/c'][1])

    # Trouble

    def test_zz_database_away(self):
        """Without its database a page is 503 with a time to come back, and works again by itself."""
        self.backend.postgres.stop()
        for path in ('/', '/records', '/api/v1/records', f"/records/{self.sent[0][1]['record_id']}"):
            answer = self.reader.get(path)
            self.assertEqual(answer.status, 503)
            self.assertEqual(answer.headers['Retry-After'], '5')
        self.backend.postgres.start()
        self.assertEqual(self.reader.html('/records')[0], 200)


class LongPages(unittest.TestCase):
    def test_payload_that_swells(self):
        """Marks around values and escapes count, too: no payload makes a page longer than 60 kB."""
        payloads = ['[' + '1,' * 30000 + '1]', '"' * 40000, '<' * 1000000, '\u202e' * 20000, '{"a":' * 30 + '1' + '}' * 30, '[' * 5000,
                    '{"text":"' + '<' * 100000 + '"}',
                    '{"signature":{"title":"' + '&' * 66 + '"},"text":"' + '\u202e' * 9000 + '"'
                    + ''.join(f',"<<<<<<<{number}":"{"&" * 66}"' for number in range(1000)) + '}']
        sent = [record(payload=payload) for payload in payloads]
        with Backend() as backend:
            backend.post(batch(sent))
            for one in sent:
                with self.subTest(payload=one['payload'][:10]):
                    status, text = Reader(backend).html(f"/records/{one['record_id']}")
                    self.assertEqual(status, 200)
                    self.assertLess(len(text.encode()), FIRST_PAGE_BYTES)
