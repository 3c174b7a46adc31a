# SPDX-License-Identifier: LGPL-2.1-or-later
"""The XML is the manual of the bus: what it promises is there in the running services, and what it calls missing is missing."""

import os
import re
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from gi.repository import GLib

from harness import BusError, System
from harness.bus import BUS_NAME, MANAGER_NAME, POST_NAME, memfd, path_of

DIRECTORY = Path(os.environ['TM_SOURCE']) / 'introspection'
# The simplest value of each type that is an argument somewhere. Wrong on purpose where that is easy: what is asked is
# whether there is somebody to refuse it.
SIMPLE = {'s': '', 'u': 0, 't': 0, 'b': False, 'h': 0, 'as': [], 'a{sv}': {}, 'a{su}': {}, 'a(susa{sv})': []}


def members(bus_name):
    """(interface, element, its documentation) of each method and property."""
    builder = ElementTree.TreeBuilder(insert_comments=True)
    root = ElementTree.fromstring((DIRECTORY / f'{bus_name}.xml').read_text(), ElementTree.XMLParser(target=builder))
    for interface in root.iter('interface'):
        above = ''
        for child in interface:
            if child.tag is ElementTree.Comment:
                above = ' '.join(child.text.split())
            else:
                yield interface.get('name'), child, above


class ManualIsTrue(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System()
        cls.system.start()

    @classmethod
    def tearDownClass(cls):
        cls.system.stop()

    def tearDown(self):
        self.system.reset()

    def test_properties(self):
        """Each interface has the properties of the manual, no others, and each can be read."""
        root = self.system.caller('root')
        for bus_name in (BUS_NAME, MANAGER_NAME, POST_NAME):
            wanted = {}
            for interface, element, _ in members(bus_name):
                if element.tag == 'property':
                    wanted.setdefault(interface, set()).add(element.get('name'))
            for interface, names in wanted.items():
                with self.subTest(interface=interface):
                    values = root.call(bus_name, path_of(bus_name), 'org.freedesktop.DBus.Properties', 'GetAll',
                                       GLib.Variant('(s)', (interface,)))[0]
                    self.assertEqual(set(values), names)

    def assert_described(self, keys, interface, method, marker):
        """Each key of a returned dictionary is described in the text of the method that returns it."""
        texts = {(name, element.get('name')): text for name, element, text in members(MANAGER_NAME)}
        text = texts[f'{MANAGER_NAME}.{interface}', method].partition(marker)[2]
        self.assertEqual([key for key in keys if not re.search(rf'\b{key} \(', text)], [])

    def test_returned_keys(self):
        """No dictionary has a key that the manual doesn't describe."""
        self.system.opt_in()
        root = self.system.caller('root')
        root.submit('acme/app/event', 3, '{}')
        (record,), _ = root.invoke('Records', 'List', '(a{sv}tu)', {}, 0, 0)
        self.assert_described(record, 'Records', 'List', 'Keys of a record')
        self.assert_described(root.invoke('Health', 'GetStatistics'), 'Health', 'GetStatistics', 'Keys')
        for *_, details in root.invoke('Consent', 'ListCategories'):
            self.assert_described(details, 'Consent', 'ListCategories', 'Keys of details')

    def answer(self, bus_name, interface, method):
        """The short name of the error that a call with the simplest arguments gets, or ''."""
        types = [argument.get('type') for argument in method.findall('arg') if argument.get('direction') == 'in']
        body = GLib.Variant(f"({''.join(types)})", tuple(SIMPLE[each] for each in types))
        fds = [memfd(b'')] if 'h' in types else []
        try:
            self.system.caller('root').call(bus_name, path_of(bus_name), interface, method.get('name'), body, fds=fds)
        except BusError as error:
            return error.short
        finally:
            for descriptor in fds:
                os.close(descriptor)
        return ''

    def test_what_is_not_there_yet(self):
        """Exactly the members that the manual says so of answer NotSupported; none is missing altogether."""
        for bus_name in (BUS_NAME, MANAGER_NAME):
            for interface, element, text in members(bus_name):
                if element.tag != 'method':
                    continue
                with self.subTest(member=f"{interface}.{element.get('name')}"):
                    answer = self.answer(bus_name, interface, element)
                    self.assertEqual(answer == 'NotSupported', 'Answers NotSupported in 0.1.' in text, answer)
                    self.assertNotIn('UnknownMethod', answer)


if __name__ == '__main__':
    unittest.main()
