"""JavaScript."""

from __future__ import annotations

from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.script import Script


def test_statements_of_every_kind_are_read() -> None:
    """Modules, loops, switches, labels, classes, TypeScript passed over."""
    text = """
import a, { b as c } from 'x'; import * as d from "y"; import 'z';
export default class A extends B { #p = 1; static s = 2; get g() { return 1; } async *m(x: number): void { yield x; } }
export const e = async ({ f, g: [h] = [] }, ...i) => ({ ...f, [h]: i, j() {} });
outer: for (const [k, v] of Object.entries(o)) { if (k in v) continue outer; else break; }
for (let n = 0; n < 3; n++) do { n += 1 } while (n)
switch (n) { case 1: x(); default: y() }
try { throw 1 } catch { z() } finally { w() }
let t = `a${b ? `c${d}` : 'e'}f`, u = a?.b?.[c] ?? d, r = /[/]\\/g.test(s), q = x / y / z
interface I { a: string } type T = { b: number } | null
export { e as default }; export * from 'p'
"""
    body = Script(text).program()

    assert any(isinstance(node, s.Class) and node.name == "A" for node in body)
    assert [node.module for node in body if isinstance(node, s.Import)] == ["x", "x", "y", "z", "p"]
