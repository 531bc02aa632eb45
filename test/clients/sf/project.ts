import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');
const PACKAGE = 'force-app/main/default';

/** A copy of this project, as far as the CLI looks at it, whose files a test may change. */
export class SfProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'sf-project-'));

  constructor() {
    for (const name of ['sfdx-project.json', '.forceignore', 'force-app', 'unpackaged', 'config'])
      cpSync(join(ROOT, name), join(this.folder, name), { recursive: true });
  }

  /** @param path below `force-app/main/default` */
  write(path: string, text: string): void {
    writeFileSync(join(this.folder, PACKAGE, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, PACKAGE, path), 'utf8');
  }

  /** @throws Error when `from` is not in the file, so that no test changes nothing */
  replace(path: string, from: string | RegExp, to: string): void {
    const text = this.read(path);
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`${path} does not hold ${String(from)}`);
    this.write(path, changed);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
