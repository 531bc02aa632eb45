import { RowFault } from './errors.ts';

type Operation = 'insert' | 'update' | 'delete' | 'undelete';
export type FailingTrigger = {
  object: string;
  message: string;
  operation?: Operation | undefined;
  times?: number | undefined;
};

/** Saves that fail as if somebody's trigger or flow in this org threw an error. */
export class Triggers {
  #failing: FailingTrigger[] = [];

  get all(): readonly FailingTrigger[] {
    return this.#failing;
  }

  set(triggers: readonly FailingTrigger[]): void {
    this.#failing = triggers.map((trigger) => ({ ...trigger }));
  }

  /** @throws RowFault CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY */
  run(object: string, operation: Operation): void {
    for (const trigger of this.#failing) {
      if (trigger.object.toLowerCase() !== object.toLowerCase()) continue;
      if (trigger.operation !== undefined && trigger.operation !== operation) continue;
      if (trigger.times !== undefined && trigger.times-- <= 0) continue;
      throw new RowFault('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', trigger.message);
    }
  }
}
