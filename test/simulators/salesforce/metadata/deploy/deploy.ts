import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Automation } from '../../automation/automation.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import { readRecordPages } from '../../page/flexiPage.ts';
import { BundleCheck } from '../checks/bundle.ts';
import { checkChannels } from '../../pubsub/channels/metadata.ts';
import { CHECKS } from '../checks/checks.ts';
import type { View } from '../checks/view.ts';
import { keyOf, sameContent, xmlOf, type Component, type Components } from '../components/component.ts';
import { sourcePath, writeSourceFolder } from '../components/sourceFolder.ts';
import { objectsOf } from '../../org/schema/compile.ts';
import { compileViews } from '../../views/views.ts';
import type { Problem } from '../xml/check.ts';
import type { Archive } from './archive.ts';
import { changeProblem } from './changes.ts';
import { withoutGrants } from './grants.ts';
import { names, type Manifest } from './manifest.ts';
import { nameProblem } from './names.ts';
import { inOrder } from './order.ts';
import { Stage } from './stage.ts';

export type Failure = Problem & { type: string; fullName: string; fileName: string };
export type Success = {
  component: Component;
  created: boolean;
  changed: boolean;
  deleted: boolean;
  warning?: string;
};
export type Outcome = { successes: Success[]; failures: Failure[]; components: Components };

/** Standard objects are there without metadata of their own. */
const impliedObject = (component: Component, archive: Archive): boolean =>
  component.type === 'CustomObject' &&
  xmlOf(component).children.length === 0 &&
  !names(archive.manifest, 'CustomObject', component.fullName);

/**
 * Tries a package on the metadata of an org. Each component that fails is put back to what it was, and whatever needs it
 * fails with it, as in an org; what is returned is what a deploy without rollback would keep.
 */
export class Attempt {
  readonly #org: SimulatedOrg;
  readonly #archive: Archive;
  readonly #stage: Stage;
  readonly #candidates: Map<string, Component>;
  readonly #deletions = new Map<string, { type: string; fullName: string; found: boolean }>();
  readonly #failures: Failure[] = [];

  constructor(org: SimulatedOrg, before: Components, archive: Archive) {
    this.#org = org;
    this.#archive = archive;
    this.#stage = new Stage(before);
    const wanted = archive.components.filter((component) => !impliedObject(component, archive));
    this.#candidates = new Map(wanted.map((component) => [keyOf(component.type, component.fullName), component]));
    this.#failures.push(...archive.faults);
  }

  async run(): Promise<Outcome> {
    this.#delete(this.#archive.deletions.pre);
    for (const component of this.#archive.components) this.#stage.take(component);
    this.#delete(this.#archive.deletions.post);
    withoutGrants(this.#stage.components, new Set(this.#deletions.keys()));
    const bundles = [...this.#candidates.values()].some((one) => one.type === 'LightningComponentBundle')
      ? await BundleCheck.load()
      : null;
    let failed = true;
    while (failed) failed = this.#namesFail() || this.#orgFails(bundles);
    return { successes: this.#successes(), failures: this.#failures, components: this.#stage.components };
  }

  #delete(list: Manifest | null): void {
    for (const [type, members] of list?.members ?? [])
      for (const fullName of members)
        this.#deletions.set(keyOf(type, fullName), { type, fullName, found: this.#stage.remove(type, fullName) });
  }

  #fail(component: Component, problem: Problem & { fileName?: string }): true {
    const { type, fullName, fileName } = component;
    const key = keyOf(type, fullName);
    this.#failures.push({ type, fullName, fileName, ...problem });
    this.#stage.putBack(key);
    this.#candidates.delete(key);
    // What lies in an object that cannot be made has no place.
    if (type === 'CustomObject' && !this.#stage.before.has(key))
      for (const child of [...this.#candidates.values()])
        if (child.fileName === fileName) this.#fail(child, { problem: `Parent entity failed to deploy` });
    return true;
  }

  /** Whether something failed that can be said without a schema. */
  #namesFail(): boolean {
    let failed = false;
    for (const component of inOrder(this.#candidates.values())) {
      const problem = nameProblem(component, this.#stage, this.#org);
      if (problem && this.#candidates.has(keyOf(component.type, component.fullName)))
        failed = this.#fail(component, problem);
    }
    return failed;
  }

  /** Makes an org of what is staged, as it would be; whether that failed, or a check of it. */
  #orgFails(bundles: BundleCheck | null): boolean {
    const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
    try {
      writeSourceFolder(folder, this.#stage.components);
      const trial = this.#org.withMetadata(folder);
      // Checks know the line; what is compiled afterwards finds the rest.
      if (this.#checksFail({ components: this.#stage.components, schema: trial.schema }, bundles)) return true;
      new Automation(trial);
      readRecordPages(folder);
      checkChannels(trial);
      compileViews(trial);
      return false;
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith(folder)) throw error;
      this.#blame(error.message.slice(folder.length + 1));
      return true;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  #checksFail(view: View, bundles: BundleCheck | null): boolean {
    let failed = false;
    for (const component of inOrder(this.#candidates.values())) {
      const problem = this.#checkProblem(component, view, bundles);
      if (problem) failed = this.#fail(component, problem);
    }
    return failed;
  }

  #checkProblem(component: Component, view: View, bundles: BundleCheck | null): Problem | null {
    if (component.type === 'LightningComponentBundle') return bundles!.problem(component, view);
    if (component.type === 'CustomField') return this.#changeProblem(component, view);
    return CHECKS[component.type]?.(component, view) ?? null;
  }

  #changeProblem(component: Component, view: View): Problem | null {
    const [folder = '', fieldName = ''] = component.fullName.split('.');
    for (const name of objectsOf(folder)) {
      const object = view.schema.object(name)!;
      const field = view.schema.field(object, fieldName);
      const old = this.#org.object(name);
      const problem = field && changeProblem(this.#org, object, old && this.#org.field(old, fieldName), field);
      if (problem) return { problem };
    }
    return null;
  }

  /** @param message `<path in source format>: <problem>` of whoever reads the metadata */
  #blame(message: string): void {
    const [, path = '', problem = message] = /^([^:]+): ([^]*)$/.exec(message) ?? [];
    const named = [...this.#stage.components.values()].find(
      (component) => sourcePath(component) === path || path === `objects/${component.fullName}`,
    );
    const candidate = named && this.#candidates.get(keyOf(named.type, named.fullName));
    if (candidate) return void this.#fail(candidate, { problem });
    // Something in the org cannot stand what is deleted or changed.
    const mentions = (fullName: string): boolean => problem.includes(fullName.split('.').at(-1)!);
    const user = named ? `${named.type} - ${named.fullName}` : path;
    const deletion = [...this.#deletions.entries()].find(([, one]) => one.found && mentions(one.fullName));
    if (deletion) {
      const [key, { type, fullName }] = deletion;
      const what = type === 'CustomField' ? 'custom field' : type === 'CustomObject' ? 'custom object' : 'component';
      this.#failures.push({
        ...{ type, fullName, fileName: 'destructiveChanges.xml' },
        problem: `This ${what} is referenced elsewhere in Salesforce : ${user}`,
      });
      this.#deletions.delete(key);
      for (const before of this.#stage.before.keys())
        if (
          before === key ||
          (type === 'CustomObject' && this.#stage.before.get(before)!.fullName.startsWith(`${fullName}.`))
        )
          this.#stage.putBack(before);
      for (const set of this.#stage.before.values())
        if (set.type === 'PermissionSet' && !this.#candidates.has(keyOf(set.type, set.fullName)))
          this.#stage.putBack(keyOf(set.type, set.fullName));
      withoutGrants(this.#stage.components, new Set(this.#deletions.keys()));
      return;
    }
    const changed =
      [...this.#candidates.values()].find((one) => mentions(one.fullName)) ?? [...this.#candidates.values()][0];
    if (!changed) throw new Error(`the metadata of the org is at fault: ${message}`);
    this.#fail(changed, { problem: `${user}: ${problem}` });
  }

  #successes(): Success[] {
    const { before } = this.#stage;
    const taken = inOrder(this.#candidates.values()).map((component): Success => {
      const old = before.get(keyOf(component.type, component.fullName));
      const now = this.#stage.components.get(keyOf(component.type, component.fullName)) ?? component;
      const created = !old && !(component.type === 'CustomObject' && this.#org.object(component.fullName));
      return { component, created, changed: !old || !sameContent(old, now), deleted: false };
    });
    const deleted = [...this.#deletions.values()].map(({ type, fullName, found }): Success => {
      const component = before.get(keyOf(type, fullName)) ?? { type, fullName, fileName: '', text: '' };
      const gone = {
        component: { ...component, fileName: 'destructiveChanges.xml' },
        created: false,
        changed: found,
        deleted: found,
      };
      return found ? gone : { ...gone, warning: `No ${type} named: ${fullName} found` };
    });
    return [...taken, ...deleted];
  }
}
