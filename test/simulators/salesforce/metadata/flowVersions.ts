import { componentsOf, xmlOf, type Component, type Components } from './components/component.ts';
import { makeNode, textOf, writeXml } from './xml/document.ts';

/** A flow with its versions, oldest first; `active` counts from 1. */
export type FlowDefinition = {
  id: string;
  name: string;
  versions: { id: string; text: string; createdAt: string }[];
  active: number | null;
};

function withStatus(text: string, component: Component, status: 'Active' | 'Draft'): string {
  const root = xmlOf({ ...component, text });
  if (textOf(root, 'status') === status) return text;
  const others = root.children.filter((child) => child.name !== 'status');
  return writeXml({ ...root, children: [...others, makeNode('status', status)] });
}

/**
 * Versions of flows. The metadata in force holds the version that runs, or the newest when none runs, since whatever
 * executes flows reads it there.
 */
export class FlowVersions {
  readonly #flows = new Map<string, FlowDefinition>();
  readonly #newId: (keyPrefix: string) => string;
  readonly #now: () => string;

  constructor(newId: (keyPrefix: string) => string, now: () => string) {
    this.#newId = newId;
    this.#now = now;
  }

  all(): readonly FlowDefinition[] {
    return [...this.#flows.values()];
  }

  reset(): void {
    this.#flows.clear();
  }

  /** What is in force becomes the first version of a flow that was not known; flows that are gone are forgotten. */
  follow(components: Components): void {
    const flows = new Map(componentsOf(components, 'Flow').map((flow) => [flow.fullName, flow]));
    for (const name of this.#flows.keys()) if (!flows.has(name)) this.#flows.delete(name);
    for (const flow of flows.values()) if (!this.#flows.has(flow.fullName)) this.add(flow, false);
  }

  /**
   * A new version, as a deploy makes one.
   * @param inactive as in production orgs: it arrives as a draft, and what ran before goes on (help, "Deploy Processes
   * and Flows as Active")
   * @returns what is in force from now on
   */
  add(component: Component, inactive: boolean): Component {
    const name = component.fullName;
    const known = this.#flows.get(name) ?? { id: this.#newId('300'), name, versions: [], active: null };
    const text = inactive ? withStatus(component.text, component, 'Draft') : component.text;
    known.versions.push({ id: this.#newId('301'), text, createdAt: this.#now() });
    if (textOf(xmlOf({ ...component, text }), 'status') === 'Active') known.active = known.versions.length;
    this.#flows.set(name, known);
    return this.#inForce(component);
  }

  /** @param version null for none; @throws Error when there is no such version */
  activate(component: Component, version: number | null): Component {
    const known = this.#flows.get(component.fullName)!;
    if (version !== null && known.versions[version - 1] === undefined)
      throw new Error(`the flow ${component.fullName} has no version ${version}`);
    known.active = version;
    return this.#inForce(component);
  }

  /** What a retrieve gives: the newest version, whichever runs. */
  newest(component: Component): Component {
    return { ...component, text: this.#flows.get(component.fullName)?.versions.at(-1)?.text ?? component.text };
  }

  #inForce(component: Component): Component {
    const { versions, active } = this.#flows.get(component.fullName)!;
    const { text } = versions[(active ?? versions.length) - 1]!;
    return { ...component, text: withStatus(text, component, active === null ? 'Draft' : 'Active') };
  }
}
