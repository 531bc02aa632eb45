import { existsSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { packageFolder } from '../../page/build/inputHash.ts';
import { schemaImport } from '../../page/build/scopedModules.ts';
import { xmlOf, type Component } from '../components/component.ts';
import type { Problem } from '../xml/check.ts';
import { elementsNamed, firstProblem, has, type View } from './view.ts';

type FileProblem = Problem & { fileName: string };
type Import = { specifier: string; line: number; column: number };

/** Modules of the platform that the base components do not hold (LWC guide, "Lightning Modules"). */
const PLATFORM = new Set([
  ...['lwc', '@lwc/state', 'lightning/graphql', 'lightning/uiGraphQLApi', 'lightning/uiRecordApi'],
  ...['lightning/uiObjectInfoApi', 'lightning/uiRelatedListApi', 'lightning/uiListsApi', 'lightning/uiListApi'],
  ...['lightning/navigation', 'lightning/platformShowToastEvent', 'lightning/refresh', 'lightning/flow'],
  ...['lightning/flowSupport', 'lightning/empApi', 'lightning/messageService', 'lightning/platformResourceLoader'],
  ...['lightning/platformWorkspaceApi', 'lightning/uiAppsApi', 'lightning/userConsentCookie', 'lightning/actions'],
  ...['lightning/recordForm', 'lightning/recordEditForm', 'lightning/recordViewForm', 'lightning/recordPicker'],
  ...['lightning/inputField', 'lightning/outputField', 'lightning/map', 'lightning/fileUpload'],
]);
const base = (): string => join(packageFolder('lightning-base-components'), 'src');
const utf8 = new TextDecoder();

const faultOf = (error: unknown): { message: string; location?: { line?: number; column?: number } } =>
  error instanceof Error ? error : { message: String(error) };

/** First line of the compiler's message, without the path that it saw. */
function compilerMessage(message: string): string {
  const [line = ''] = message.replaceAll(/(?:\/[\w.-]+)+\/([\w.-]+): /g, '').split('\n');
  return line.replace(/^\w*(?:Syntax)?Error: /, '');
}

/** Whether a bundle may load others when they are needed (LWC guide, "Dynamically Instantiate Components"). */
const declaresDynamic = (bundle: Component): boolean =>
  elementsNamed(xmlOf(bundle), 'capability').some(({ text }) => text === 'lightning__dynamicComponent');

/** Bundles tell their place in the text, which is where `sf` looks for it. */
const withPlace = ({ problem, line, column }: Problem): string =>
  line === undefined ? problem : `[Line: ${line}, Col: ${column ?? 1}] ${problem}`;

/** What the compilers made of files, since the same package is deployed again and again. */
const compiledBefore = new Map<string, string | Problem>();

/** Compiles the files of a bundle as a deploy does, and looks whether all that they import is there. */
export class BundleCheck {
  readonly #compile: typeof import('@lwc/compiler').transformSync;
  readonly #ts: typeof import('typescript');

  private constructor(compiler: typeof import('@lwc/compiler'), ts: typeof import('typescript')) {
    this.#compile = compiler.transformSync;
    this.#ts = ts;
  }

  /** Both compilers take a while to load, so that only who deploys bundles pays for them. */
  static async load(): Promise<BundleCheck> {
    const [compiler, typescript] = await Promise.all([import('@lwc/compiler'), import('typescript')]);
    return new BundleCheck(compiler, typescript.default);
  }

  problem(bundle: Component, view: View): FileProblem | null {
    const configured = this.#configuration(bundle, view);
    if (configured) return configured;
    for (const [path, bytes] of bundle.files!) {
      if (!/\.(?:ts|js|html|css)$/.test(path)) continue;
      const problem = this.#file(bundle, path, utf8.decode(bytes), view);
      if (problem) return { fileName: path, ...problem, problem: withPlace(problem) };
    }
    return null;
  }

  #configuration(bundle: Component, view: View): FileProblem | null {
    const fileName = `${bundle.fileName}/${bundle.fullName}.js-meta.xml`;
    const names = [...bundle.files!.keys()].map((path) => path.slice(bundle.fileName.length + 1));
    const { fullName } = bundle;
    if (!['ts', 'js', 'html', 'css'].some((ending) => names.includes(`${fullName}.${ending}`)))
      return { fileName, problem: `Cannot find Lightning Component Bundle ${fullName}` };
    const unknown = firstProblem(elementsNamed(xmlOf(bundle), 'object'), (object) =>
      view.schema.object(object.text)
        ? null
        : { problem: `Invalid object ${object.text} in targetConfig`, line: object.line, column: object.column },
    );
    return unknown && { fileName, ...unknown };
  }

  #file(bundle: Component, path: string, source: string, view: View): Problem | null {
    const isDynamic = declaresDynamic(bundle);
    const file = [bundle.fullName, path, isDynamic, source].join('\0');
    const compiled = compiledBefore.get(file) ?? this.#compiled(bundle.fullName, path, source, isDynamic);
    compiledBefore.set(file, compiled);
    if (typeof compiled !== 'string') return compiled;
    if (path.endsWith('.css')) return null;
    // What a template uses is imported by what it compiles to.
    const imports = path.endsWith('.html') ? this.#imports(compiled, false) : this.#imports(source, true);
    const later = path.endsWith('.html') ? [] : this.#dynamicImports(source);
    const [first] = later;
    if (first && !isDynamic)
      return { ...first, problem: 'Dynamic imports need the capability lightning__dynamicComponent' };
    for (const one of [...imports, ...later]) {
      const problem = this.#importProblem(bundle, path, one.specifier, view);
      if (problem !== null) return { problem, line: one.line, column: one.column };
    }
    return null;
  }

  #compiled(bundle: string, path: string, source: string, enableDynamicComponents: boolean): string | Problem {
    let script = source;
    if (path.endsWith('.ts')) {
      try {
        script = stripTypeScriptTypes(source);
      } catch (error) {
        return { problem: faultOf(error).message, ...this.#placeOfType(source) };
      }
    }
    const name = path.split('/').at(-1)!.replace(/\.ts$/, '.js');
    try {
      const options = { name: bundle, namespace: 'c', apiVersion: 66, enableDynamicComponents };
      return this.#compile(script, name, options).code;
    } catch (error) {
      const { message, location } = faultOf(error);
      const place = location?.line === undefined ? {} : { line: location.line, column: (location.column ?? 0) + 1 };
      return { problem: compilerMessage(message), ...place };
    }
  }

  /** Where the text is no TypeScript, or uses what cannot be taken out. */
  #placeOfType(source: string): { line?: number; column?: number } {
    const ts = this.#ts;
    const file = ts.createSourceFile('x.ts', source, ts.ScriptTarget.Latest, true);
    const [broken] = (file as unknown as { parseDiagnostics: { start: number }[] }).parseDiagnostics;
    const find = (node: import('typescript').Node): import('typescript').Node | undefined =>
      ts.isEnumDeclaration(node) ||
      ts.isModuleDeclaration(node) ||
      ts.isImportEqualsDeclaration(node) ||
      (ts.isParameter(node) && ts.isParameterPropertyDeclaration(node, node.parent))
        ? node
        : ts.forEachChild(node, find);
    const position = broken?.start ?? find(file)?.getStart(file);
    if (position === undefined) return {};
    const { line, character } = file.getLineAndCharacterOfPosition(position);
    return { line: line + 1, column: character + 1 };
  }

  #imports(source: string, placed: boolean): Import[] {
    const ts = this.#ts;
    const file = ts.createSourceFile('x.ts', source, ts.ScriptTarget.Latest, true);
    return file.statements.flatMap((statement): Import[] => {
      if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
      const specifier = statement.moduleSpecifier;
      const types = ts.isImportDeclaration(statement) ? statement.importClause?.isTypeOnly : statement.isTypeOnly;
      if (!specifier || !ts.isStringLiteral(specifier) || types) return [];
      const { line, character } = file.getLineAndCharacterOfPosition(specifier.getStart(file));
      return [{ specifier: specifier.text, line: placed ? line + 1 : 1, column: placed ? character + 1 : 1 }];
    });
  }

  /** Names of bundles in `import()`; an org looks for no other. */
  #dynamicImports(source: string): Import[] {
    const ts = this.#ts;
    const file = ts.createSourceFile('x.ts', source, ts.ScriptTarget.Latest, true);
    const found: Import[] = [];
    const find = (node: import('typescript').Node): void => {
      const [specifier] = ts.isCallExpression(node) ? node.arguments : [];
      if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && specifier) {
        const { line, character } = file.getLineAndCharacterOfPosition(specifier.getStart(file));
        const name = ts.isStringLiteral(specifier) ? specifier.text : 'c/';
        found.push({ specifier: name, line: line + 1, column: character + 1 });
      }
      ts.forEachChild(node, find);
    };
    find(file);
    return found;
  }

  #importProblem(bundle: Component, path: string, specifier: string, view: View): string | null {
    const file = path.split('/').at(-1)!;
    const noModule = (name: string): string =>
      `No MODULE named markup://${name} found : [markup://c:${bundle.fullName}]`;
    if (specifier.startsWith('.')) return this.#relative(bundle, path, specifier);
    const [space = '', name = '', rest] = specifier.split('/');
    if (space === 'c') return has(view, 'LightningComponentBundle', name) ? null : noModule(`c:${name}`);
    if (space === 'lightning')
      return PLATFORM.has(specifier) || existsSync(join(base(), specifier)) ? null : noModule(`lightning:${name}`);
    if (space !== '@salesforce') return PLATFORM.has(specifier) ? null : noModule(specifier.replace('/', ':'));
    const reference = (what: string): string => `Invalid reference ${rest} of type ${what} in file ${file}`;
    switch (name) {
      case 'schema':
        try {
          schemaImport(view.schema, rest ?? '');
          return null;
        } catch {
          return reference(rest?.includes('.') ? 'sobjectField' : 'sobject');
        }
      case 'label':
        return rest?.startsWith('c.') && has(view, 'CustomLabel', rest.slice(2)) ? null : reference('label');
      case 'customPermission':
        return has(view, 'CustomPermission', rest ?? '') ? null : reference('customPermission');
      case 'apex':
        return `Unable to find Apex action class referenced as '${rest?.split('.')[0]}'.`;
      case 'resourceUrl':
        return reference('resourceUrl');
      case 'user':
      case 'i18n':
      case 'client':
      case 'userPermission':
        return null;
      default:
        return `@salesforce/${name} is not supported by the simulated org`;
    }
  }

  #relative(bundle: Component, path: string, specifier: string): string | null {
    const target = new URL(specifier.replace(/\?.*$/, ''), `file:///${path}`).pathname.slice(1);
    const endings = ['', '.ts', '.js', '.html', '.css'];
    // A template names the styles that it may have.
    const found = endings.some((ending) => bundle.files!.has(target + ending)) || /\.css$/.test(target);
    return found ? null : `Unable to resolve ${specifier} in ${path.split('/').at(-1)}`;
  }
}
