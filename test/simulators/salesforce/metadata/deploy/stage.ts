import { keyOf, xmlOf, type Component, type Components } from '../components/component.ts';
import { writeXml } from '../xml/document.ts';

/** The org's metadata as it would be, with what each key was before, so that a component that fails can be put back. */
export class Stage {
  readonly before: Components;
  readonly components: Map<string, Component>;

  constructor(before: Components) {
    this.before = before;
    this.components = new Map(before);
  }

  /** Elements of an object that are not sent stay as they are; everything else is replaced. */
  take(component: Component): void {
    const key = keyOf(component.type, component.fullName);
    const old = this.components.get(key);
    if (!old || component.type !== 'CustomObject') return void this.components.set(key, component);
    const [before, sent] = [xmlOf(old), xmlOf(component)];
    const names = new Set(sent.children.map((child) => child.name));
    const kept = before.children.filter((child) => !names.has(child.name));
    if (names.size === 0) return;
    const text = kept.length === 0 ? component.text : writeXml({ ...sent, children: [...kept, ...sent.children] });
    this.components.set(key, { ...component, text });
  }

  /** With what lies in it, when it is an object. @returns whether there was one */
  remove(type: string, fullName: string): boolean {
    if (type === 'CustomObject')
      for (const [key, component] of this.components)
        if (component.fullName.startsWith(`${fullName}.`) && component.fileName.startsWith('objects/'))
          this.components.delete(key);
    return this.components.delete(keyOf(type, fullName));
  }

  putBack(key: string): void {
    const old = this.before.get(key);
    if (old) this.components.set(key, old);
    else this.components.delete(key);
  }
}
