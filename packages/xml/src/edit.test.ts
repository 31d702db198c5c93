import { expect, test } from 'vitest'

import { element, parse, XmlError } from './index.ts'

const disks = `<domain  type = "kvm" >
  <!-- kept -->
  <devices>

    <disk type='file'>
      <target dev='vda' />
    </disk>
    <disk/>
  </devices>
  <empty></empty>
</domain >
`
const edit = (source: string, change: (root: ReturnType<typeof parse>['root']) => void): string => {
  const document = parse(source)
  change(document.root)
  return document.toString()
}

test('reading goes by names and paths', () => {
  const { root } = parse(disks)
  expect(root.attr('type')).toBe('kvm')
  expect(root.attr('none')).toBeUndefined()
  expect(root.at('devices/disk/target')?.attr('dev')).toBe('vda')
  expect(root.all('devices/disk').length).toBe(2)
  expect(root.child('devices')?.children().length).toBe(2)
  expect(root.at('devices/none/target')).toBeUndefined()
  expect(root.at('')).toBe(root)
})

test('a path finds what only a later sibling has', () => {
  expect(parse('<a><b/><b><c x="1"/></b></a>').root.at('b/c')?.attr('x')).toBe('1')
})

test('values are what the document means', () => {
  const { root } = parse('<a b="1&#10;2\n3\t&quot;&amp;&#x1F600;">x&lt;<!-- y --><![CDATA[<&]]>\r\nz<b>w</b></a>')
  expect(root.attr('b')).toBe('1\n2 3 "&😀')
  expect(root.text()).toBe('x<<&\nzw')
})

test('namespaces are found around an element', () => {
  const { root } = parse('<a xmlns="d" xmlns:p="u"><p:b/><c xmlns=""/><q:e/></a>')
  expect(root.children().map((one) => [one.localName, one.namespace])).toEqual([
    ['b', 'u'],
    ['c', undefined],
    ['e', undefined],
  ])
  expect(root.namespace).toBe('d')
})

test('a changed attribute keeps its place, spacing and quotes', () => {
  expect(edit(disks, (root) => root.setAttr('type', 'q"e'))).toBe(disks.replace('"kvm"', '"q&quot;e"'))
  expect(edit(disks, (root) => root.setAttr('type', 'kvm'))).toBe(disks)
  expect(edit(disks, (root) => root.setAttr('type', undefined))).toBe(disks.replace('  type = "kvm"', ''))
  expect(edit('<a b="1"/>', (root) => root.setAttr('c', "it's"))).toBe('<a b="1" c="it\'s"/>')
  expect(edit('<a/>', (root) => root.setAttr('c', "it's"))).toBe("<a c='it&apos;s'/>")
  expect(edit("<a\n  b='1'\n/>", (root) => root.setAttr('c', '2'))).toBe("<a\n  b='1'\n  c='2'\n/>")
})

test('a source that means the value already is left as it is', () => {
  expect(edit('<a b="&#65;">&#66;</a>', (root) => root.setAttr('b', 'A').setText('B'))).toBe('<a b="&#65;">&#66;</a>')
})

test('a text replaces the content and stays text', () => {
  expect(edit('<a><b/>x</a>', (root) => root.setText('<b/> & ]]>'))).toBe('<a>&lt;b/&gt; &amp; ]]&gt;</a>')
  expect(edit('<a/>', (root) => root.setText('x'))).toBe('<a>x</a>')
  expect(edit('<a>x</a>', (root) => root.setText(''))).toBe('<a></a>')
})

test('a child is added in the indentation of its siblings', () => {
  const added = edit(disks, (root) =>
    root.child('devices')!.append(element('disk', {}, element('target', { dev: 'vdb' }))),
  )
  expect(added).toBe(
    disks.replace('    <disk/>\n', "    <disk/>\n    <disk>\n      <target dev='vdb'/>\n    </disk>\n"),
  )
})

test('the first child of an empty element is indented like its surroundings', () => {
  const added = edit(disks, (root) => root.child('empty')!.append(element('x')))
  expect(added).toBe(disks.replace('<empty></empty>', '<empty>\n    <x/>\n  </empty>'))
  const tabs = edit('<a>\n\t<b/>\n</a>', (root) => root.child('b')!.append(element('c')))
  expect(tabs).toBe('<a>\n\t<b>\n\t\t<c/>\n\t</b>\n</a>')
  const windows = edit('<a>\r\n  <b/>\r\n</a>', (root) => root.append(element('c')))
  expect(windows).toBe('<a>\r\n  <b/>\r\n  <c/>\r\n</a>')
})

test('nothing is indented on a single line or between words', () => {
  expect(edit('<a><b/></a>', (root) => root.append(element('c')))).toBe('<a><b/><c/></a>')
  expect(edit('<a>\n  word <b/>\n</a>', (root) => root.append(element('c')))).toBe('<a>\n  word <b/>\n<c/></a>')
  expect(edit('<a/>', (root) => root.append(element('c')))).toBe('<a><c/></a>')
})

test('a child goes before another one', () => {
  const added = edit(disks, (root) => {
    const devices = root.child('devices')!
    devices.insertBefore(element('emulator', {}, '/q'), devices.children()[0]!)
  })
  expect(added).toBe(disks.replace('    <disk type', '    <emulator>/q</emulator>\n    <disk type'))
})

test('a removed child takes the white space before it along', () => {
  const second = edit(disks, (root) => root.child('devices')!.remove(root.all('devices/disk')[1]!))
  expect(second).toBe(disks.replace('    <disk/>\n', ''))
  const all = edit('<a>\n  <b/>\n</a>', (root) => root.remove(root.child('b')!))
  expect(all).toBe('<a></a>')
})

test('what was added and removed again leaves the document as it was', () => {
  const back = edit(disks, (root) => {
    const child = element('x', {}, element('y'))
    root.child('devices')!.append(child)
    root.child('devices')!.remove(child)
  })
  expect(back).toBe(disks)
})

test('a replaced child stands in the old one’s place', () => {
  const replaced = edit(disks, (root) => {
    const devices = root.child('devices')!
    devices.replace(devices.children()[1]!, element('nic', {}, element('mac')))
  })
  expect(replaced).toBe(disks.replace('<disk/>', '<nic>\n      <mac/>\n    </nic>'))
})

test('an element has one parent, and never itself as one', () => {
  const { root } = parse('<a><b><c/></b><d/></a>')
  const [b, d] = root.children() as [ReturnType<typeof element>, ReturnType<typeof element>]
  expect(() => d.append(b)).toThrow(XmlError)
  expect(() => b.append(root)).toThrow('<a> cannot hold itself')
  expect(() => root.remove(element('x'))).toThrow('is not in <a>')
  expect(root.toString()).toBe('<a><b><c/></b><d/></a>')
  root.remove(b)
  expect(b.parent).toBeUndefined()
  d.append(b)
  expect(root.toString()).toBe('<a><d><b><c/></b></d></a>')
})

test('a clone prints the same and is free', () => {
  const { root } = parse(disks)
  const copy = root.child('devices')!.clone()
  expect(copy.toString()).toBe(root.child('devices')!.toString())
  expect(copy.parent).toBeUndefined()
  copy.setAttr('x', '1')
  expect(root.toString()).toBe(parse(disks).root.toString())
})
