import type { Component } from '../components/component.ts';
import { parentTypeOf } from '../components/decompose.ts';
import { METADATA_TYPES, typeNamed } from '../types.ts';

/** As an org takes components in: by type, children after what they belong to. */
export function inOrder(components: Iterable<Component>): Component[] {
  const rank = ({ type }: Component): number => {
    const own = typeNamed(type);
    return own ? METADATA_TYPES.indexOf(own) : METADATA_TYPES.indexOf(parentTypeOf(type)!) + 0.5;
  };
  return [...components].sort((a, b) => rank(a) - rank(b));
}
