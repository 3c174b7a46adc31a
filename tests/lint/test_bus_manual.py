# SPDX-License-Identifier: LGPL-2.1-or-later
"""The XML of the bus API is its manual: this proves that nothing in it is left undocumented.

A comment that begins with "NAME:" belongs to the element that follows it. It must say since when
the element is there, describe each argument as "@argument: text", and have a text of its own.
"""

import pathlib
import re
import unittest
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUS_FILES = sorted((ROOT / 'introspection').glob('org.telemetrics.*.xml'))
MEMBERS = ('method', 'signal', 'property')
EMITS_CHANGED = 'org.freedesktop.DBus.Property.EmitsChangedSignal'
UNIX_FD = 'org.gtk.GDBus.C.UnixFD'


class Documentation:
    """The comment above one element, taken apart."""

    def __init__(self, text):
        heading, _, rest = text.strip().partition('\n')
        self.heading = heading.rstrip(':')
        paragraphs = re.split(r'^\s*@', rest, flags=re.MULTILINE)
        self.tags = {}
        for paragraph in paragraphs[1:]:
            tag, _, description = paragraph.partition(':')
            self.tags[tag] = description.split('\n\n')[0].strip()
        self.body = rest.rsplit('@since:', 1)[-1].partition('\n')[2].strip()


def parse(text):
    builder = ElementTree.TreeBuilder(insert_comments=True)
    return ElementTree.fromstring(text, parser=ElementTree.XMLParser(target=builder))


def documented_children(parent):
    """Each element below parent with the comment directly above it, or None."""
    above = None
    for child in parent:
        if child.tag is ElementTree.Comment:
            above = Documentation(child.text)
            continue
        yield child, above
        above = None


def annotation(element, name):
    found = element.find(f"annotation[@name='{name}']")
    return None if found is None else found.get('value')


def member_faults(member, documentation):
    """What is missing in the documentation of a method, signal or property."""
    name = member.get('name')
    if documentation is None or documentation.heading != name:
        return [f'{name}: no comment that begins with “{name}:” above it']
    faults = []
    wanted = {argument.get('name') for argument in member.findall('arg')} | {'since'}
    for tag in sorted(wanted - {tag for tag, text in documentation.tags.items() if text}):
        faults.append(f'{name}: nothing about @{tag}')
    for tag in sorted(set(documentation.tags) - wanted):
        faults.append(f'{name}: @{tag} is described but not there')
    if not documentation.body:
        faults.append(f'{name}: no text of its own')
    return faults


def faults_of(text):
    faults = []
    for interface, documentation in documented_children(parse(text)):
        if documentation is None or documentation.heading != interface.get('name'):
            faults.append(f"{interface.get('name')}: not documented")
        for member, its_documentation in documented_children(interface):
            if member.tag in MEMBERS:
                faults += member_faults(member, its_documentation)
    return faults


class BusManual(unittest.TestCase):
    def each_member(self):
        for path in BUS_FILES:
            for interface, _ in documented_children(parse(path.read_text())):
                for member, documentation in documented_children(interface):
                    if member.tag in MEMBERS:
                        yield f"{interface.get('name')}.{member.get('name')}", member, documentation

    def test_three_files(self):
        """No file has been overlooked."""
        self.assertEqual(len(BUS_FILES), 3)

    def test_everything_is_documented(self):
        for path in BUS_FILES:
            with self.subTest(path=path.name):
                self.assertEqual(faults_of(path.read_text()), [])

    def test_every_error_exists(self):
        """The manual names no error that core's table doesn't have."""
        table = (ROOT / 'libtelemetry/core/telemetry-error.c').read_text()
        known = set(re.findall(r'TELEMETRY_ERROR_BUS_PREFIX "(\w+)"', table))
        for name, member, documentation in self.each_member():
            listing = documentation.body.partition('Errors')[2]
            for error in re.findall(r'^\s*- ([A-Z]\w+):', listing, flags=re.MULTILINE):
                with self.subTest(member=name):
                    self.assertIn(error, known)

    def test_every_property_says_how_it_changes(self):
        for name, member, _ in self.each_member():
            if member.tag == 'property':
                with self.subTest(member=name):
                    self.assertEqual(member.get('access'), 'read')
                    self.assertIn(annotation(member, EMITS_CHANGED), ('true', 'const'))

    def test_descriptors_are_annotated(self):
        """Without the annotation the generated code has no argument for the descriptors."""
        for name, member, _ in self.each_member():
            carries = any('h' in argument.get('type') for argument in member.findall('arg'))
            with self.subTest(member=name):
                self.assertEqual(annotation(member, UNIX_FD) == 'true', carries)

    def test_it_can_fail(self):
        """Each kind of gap is seen."""
        gaps = {
            "<method name='A'/>": 'no comment',
            "<!-- A:\n@since: 0.1\n\ntext --><method name='A'><arg name='x' type='s'/></method>":
                'nothing about @x',
            "<!-- A:\n@x: it\n@since: 0.1\n\ntext --><property name='A'/>": 'not there',
            "<!-- A:\n@since: 0.1\n --><signal name='A'/>": 'no text',
            "<!-- A:\n\ntext --><signal name='A'/>": 'nothing about @since',
        }
        for gap, complaint in gaps.items():
            text = f"<node><!-- I:\n@since: 1 --><interface name='I'>{gap}</interface></node>"
            with self.subTest(gap=gap):
                self.assertIn(complaint, '\n'.join(faults_of(text)))


if __name__ == '__main__':
    unittest.main()
