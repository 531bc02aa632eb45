import { randomUUID } from 'node:crypto';
import { RequestFault, RowFault } from '../../org/errors.ts';
import { CalloutFault } from '../credentials/fault.ts';
import { FlowFault } from './fault.ts';
import { typed } from './inputs.ts';
import { FlowMemory } from './memory.ts';
import type { DataType, Flow, FlowElement, Operand } from './model.ts';
import { FlowRecords } from './records.ts';
import { typeOf, type FlowWorld } from './scope.ts';
import { merged, type FlowValue } from './values.ts';

/** Runs an action for the user of the interview. @throws CalloutFault */
export type RunAction = (
  type: string,
  name: string,
  inputs: ReadonlyMap<string, FlowValue>,
  userId: string,
) => Promise<Map<string, FlowValue>>;

type ScreenView = {
  name: string;
  label: string;
  fields: {
    name: string;
    kind: string;
    text: string;
    data: DataType;
    required: boolean;
    value: FlowValue;
    choices: { label: string; value: FlowValue }[];
    error: string | null;
  }[];
  allowBack: boolean;
  allowFinish: boolean;
  /** Text of the button that goes on. */
  nextLabel: string;
};

/** As `onstatuschange` of `lightning-flow` tells it. */
export type InterviewView = {
  interview: string;
  flow: string;
  flowLabel: string;
  status: 'STARTED' | 'FINISHED' | 'ERROR';
  screen: ScreenView | null;
  outputVariables: { name: string; dataType: string; value: FlowValue; flowName: string; objectType: string | null }[];
  error: string | null;
};

type Step = { kind: 'end' } | { kind: 'screen' } | { kind: 'callout'; element: FlowElement & { kind: 'action' } };

/** Beyond this a flow that goes round in circles is stopped. */
const MAX_ELEMENTS = 10_000;

/**
 * One run of a flow in user context. Everything between two screens or callouts is one transaction: an unhandled fault
 * takes back what was saved since (Salesforce Help, "Flows in Transactions").
 */
export class Interview {
  readonly id: string = randomUUID();
  readonly userId: string;
  readonly #flow: Flow;
  readonly #world: FlowWorld;
  readonly #runAction: RunAction;
  readonly #records: FlowRecords;
  readonly #origin: string;
  readonly #memory: FlowMemory;
  readonly #loops = new Map<string, { items: FlowValue[]; next: number }>();
  readonly #before: string[] = [];
  #at: string | null;
  #screen: (FlowElement & { kind: 'screen' }) | null = null;
  #errors = new Map<string, string>();
  #saved = false;
  #count = 0;
  #status: InterviewView['status'] = 'STARTED';
  #error: string | null = null;

  constructor(flow: Flow, world: FlowWorld, runAction: RunAction, userId: string, origin: string) {
    this.#flow = flow;
    this.#world = world;
    this.#runAction = runAction;
    this.userId = userId;
    this.#origin = origin;
    this.#records = new FlowRecords(world.org, { userId, origin });
    this.#at = flow.first;
    this.#memory = new FlowMemory({ id: this.id, userId, flow, world, records: this.#records });
  }

  /** @throws FlowFault when an input is not there or of another kind */
  async start(inputs: readonly { name: string; value: unknown }[]): Promise<InterviewView> {
    for (const { name, value } of inputs) {
      const variable = this.#flow.variables.get(name);
      if (!variable?.isInput) throw new FlowFault(`The flow ${this.#flow.name} has no input variable ${name}.`);
      this.#memory.set(name, typed(variable.type.data, value, name));
    }
    await this.#run();
    return this.view();
  }

  /** @param values of the screen's inputs, by name @throws FlowFault when no screen waits for it */
  async navigate(
    action: 'NEXT' | 'BACK' | 'FINISH',
    values: Readonly<Record<string, unknown>>,
  ): Promise<InterviewView> {
    const screen = this.#screen;
    if (!screen) throw new FlowFault('This interview is over.');
    if (action === 'BACK') {
      const previous = screen.allowBack ? this.#before.pop() : undefined;
      if (previous === undefined) throw new FlowFault('There is no screen to go back to.');
      this.#at = previous;
    } else {
      this.#take(screen, values);
      if (this.#errors.size > 0) return this.view();
      this.#before.push(screen.name);
      this.#at = screen.next;
    }
    this.#screen = null;
    await this.#run();
    return this.view();
  }

  #take(screen: FlowElement & { kind: 'screen' }, values: Readonly<Record<string, unknown>>): void {
    this.#errors = new Map();
    for (const field of screen.fields) {
      if (field.kind === 'DisplayText' || !this.#memory.met(field.visible)) continue;
      try {
        const value = typed(field.data, values[field.name] ?? null, field.name);
        if (field.required && (value === null || value === ''))
          this.#errors.set(field.name, 'Please enter some valid input. Input is not optional.');
        this.#memory.set(field.name, value);
      } catch (error) {
        if (!(error instanceof FlowFault)) throw error;
        this.#errors.set(field.name, error.message);
      }
    }
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        this.#saved = false;
        const actor = { userId: this.userId, origin: this.#origin };
        const step = this.#world.org.transaction(actor, () => this.#advance());
        if (step.kind === 'end') this.#status = 'FINISHED';
        if (step.kind !== 'callout') return;
        await this.#act(step.element);
      }
    } catch (error) {
      if (!(error instanceof FlowFault)) throw error;
      this.#status = 'ERROR';
      this.#error = error.message;
    }
  }

  /** Goes on to the next screen, callout or the end. @throws FlowFault that no element handles */
  #advance(): Step {
    while (this.#at !== null) {
      const element = this.#flow.elements.get(this.#at)!;
      if (++this.#count > MAX_ELEMENTS) throw new FlowFault('The flow executed too many elements.');
      if (element.kind === 'screen') {
        this.#screen = element;
        this.#errors = new Map();
        return { kind: 'screen' };
      }
      if (element.kind === 'action') {
        const together =
          element.transaction === 'CurrentTransaction' ||
          (element.transaction === 'Automatic' && this.#flow.processType === 'AutoLaunchedFlow');
        if (!this.#saved || !together) return { kind: 'callout', element };
        this.#handle(element, 'You have uncommitted work pending. Please commit or rollback before calling out.');
        continue;
      }
      try {
        this.#at = this.#execute(element);
      } catch (error) {
        const message = messageOf(error);
        this.#handle(element, message);
      }
    }
    return { kind: 'end' };
  }

  #handle(element: FlowElement, message: string): void {
    if (!('fault' in element) || element.fault === null) throw new FlowFault(message);
    this.#memory.faultMessage = message;
    this.#at = element.fault;
  }

  async #act(element: FlowElement & { kind: 'action' }): Promise<void> {
    try {
      const inputs = new Map(element.inputs.map(({ name, value }) => [name, this.#memory.evaluate(value)]));
      const outputs = await this.#runAction(element.actionType, element.actionName, inputs, this.userId);
      for (const { name, to } of element.outputs) this.#memory.assign(to, outputs.get(name) ?? null);
      if (element.stored) this.#memory.set(element.name, Object.fromEntries(outputs));
      this.#at = element.next;
    } catch (error) {
      this.#handle(element, messageOf(error));
    }
  }

  #execute(element: Exclude<FlowElement, { kind: 'screen' | 'action' }>): string | null {
    const evaluate = (operand: Operand): FlowValue => this.#memory.evaluate(operand);
    switch (element.kind) {
      case 'assignment':
        for (const { to, operator, value } of element.items)
          this.#memory.assign(to, this.#memory.changed(to, operator, evaluate(value)));
        return element.next;
      case 'decision':
        return (element.rules.find(({ conditions }) => this.#memory.met(conditions)) ?? element).next;
      case 'loop': {
        const known = this.#loops.get(element.name);
        const items = known?.items ?? [...(this.#memory.resolve(element.collection) as FlowValue[])];
        if (!known && element.descending) items.reverse();
        const next = known?.next ?? 0;
        if (next >= items.length) {
          this.#loops.delete(element.name);
          return element.next;
        }
        this.#loops.set(element.name, { items, next: next + 1 });
        this.#memory.set(element.name, items[next]!);
        return element.each;
      }
      case 'lookup': {
        const found = this.#records.lookUp(element, evaluate);
        if (element.into === null) this.#memory.set(element.name, found);
        else if (found !== null || element.nullWhenNone) this.#memory.assign(element.into, found);
        return element.next;
      }
      case 'create': {
        this.#saved = true;
        const [id] = this.#records.create(element, evaluate, this.#source(element.from));
        if (element.idInto !== null) this.#memory.assign(element.idInto, id ?? null);
        else if (element.object !== null) this.#memory.set(element.name, id ?? null);
        return element.next;
      }
      default:
        this.#saved = true;
        this.#records.change(element, evaluate, this.#source(element.from));
        return element.next;
    }
  }

  #source(path: string | null): { object: string; value: FlowValue } | null {
    if (path === null) return null;
    return { object: typeOf(this.#world, this.#flow, path)!.object!, value: this.#memory.resolve(path) };
  }

  /** One choice by its name, or one for each record that its name stands for. */
  #choices(name: string): { label: string; value: FlowValue }[] {
    const evaluate = (operand: Operand): FlowValue => this.#memory.evaluate(operand);
    const records = this.#flow.recordChoices.get(name);
    if (records) return this.#records.choices(records, evaluate);
    const choice = this.#flow.choices.get(name)!;
    return [{ label: merged(choice.text, (path) => this.#memory.resolve(path)), value: evaluate(choice.value) }];
  }

  #screenView(screen: FlowElement & { kind: 'screen' }): ScreenView {
    const fields = screen.fields
      .filter(({ visible }) => this.#memory.met(visible))
      .map((field) => ({
        name: field.name,
        kind: field.kind,
        text: merged(field.text, (path) => this.#memory.resolve(path)),
        data: field.data,
        required: field.required,
        value: this.#memory.get(field.name) ?? (field.initial ? this.#memory.evaluate(field.initial) : null),
        choices: field.choices.flatMap((name) => this.#choices(name)),
        error: this.#errors.get(field.name) ?? null,
      }));
    const { name, label, allowFinish } = screen;
    const allowBack = screen.allowBack && this.#before.length > 0;
    return {
      name,
      label,
      fields,
      allowBack,
      allowFinish,
      nextLabel: screen.nextLabel ?? (screen.next === null ? 'Finish' : 'Next'),
    };
  }

  view(): InterviewView {
    const outputs = [...this.#flow.variables.values()].filter(({ isOutput }) => isOutput);
    return {
      interview: this.id,
      flow: this.#flow.name,
      flowLabel: this.#flow.label,
      status: this.#status,
      screen: this.#screen && this.#status === 'STARTED' ? this.#screenView(this.#screen) : null,
      outputVariables: outputs.map(({ name, type }) => ({
        name,
        dataType: type.data.toUpperCase(),
        value: this.#memory.get(name) ?? null,
        flowName: this.#flow.name,
        objectType: type.object ?? null,
      })),
      error: this.#error,
    };
  }
}

function messageOf(error: unknown): string {
  if (error instanceof FlowFault || error instanceof CalloutFault) return error.message;
  if (error instanceof RowFault) return `${error.statusCode}: ${error.message}`;
  if (error instanceof RequestFault) return `${error.errorCode}: ${error.message}`;
  throw error;
}
