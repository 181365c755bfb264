/** Orders by Unicode code point; JavaScript's `<` orders by UTF-16 unit, which differs beyond U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const [unitA, unitB] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (unitA === unitB) continue;
    const [surrogateA, surrogateB] = [isSurrogate(unitA), isSurrogate(unitB)];
    return surrogateA === surrogateB ? unitA - unitB : Number(surrogateA) - Number(surrogateB);
  }
  return a.length - b.length;
}

// Surrogates make up the code points beyond U+FFFF, and so come after every other unit.
function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
