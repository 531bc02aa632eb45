import ts from 'typescript';

/** Answers what in a reply differs from the type that the stripe package gives it, as `path: what`. */
export type TypeCheck = (typeName: string, value: unknown) => string[];

const fileName = 'replies.ts';

/**
 * Loads the types of the pinned stripe package.
 * @param names of types, such as `Customer` or `Billing.Meter`
 */
export function loadTypes(names: readonly string[]): TypeCheck {
  const source = [
    "import type Stripe from 'stripe';",
    ...names.map((name) => `export type T_${name.replaceAll('.', '_')} = Stripe.${name};`),
  ].join('\n');
  const options: ts.CompilerOptions = {
    strict: true,
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.esnext.d.ts'],
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const path = `${import.meta.dirname}/${fileName}`;
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, target, ...rest) =>
    name === path ? ts.createSourceFile(name, source, target, true) : read(name, target, ...rest);
  host.fileExists = (
    (exists) => (name: string) =>
      name === path || exists(name)
  )(host.fileExists.bind(host));
  const program = ts.createProgram([path], options, host);
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(path)!)!;
  const types = new Map(
    checker.getExportsOfModule(module).map((symbol) => [symbol.name, checker.getDeclaredTypeOfSymbol(symbol)]),
  );
  return (name, value) => {
    const type = types.get(`T_${name.replaceAll('.', '_')}`);
    if (!type || type.flags & ts.TypeFlags.Any) throw new Error(`The stripe package has no type ${name}`);
    return problems(checker, type, value, name);
  };
}

function problems(checker: ts.TypeChecker, type: ts.Type, value: unknown, path: string): string[] {
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return [];
  if (type.isUnion()) {
    const tries = type.types.map((one) => problems(checker, one, value, path));
    return tries.reduce((best, one) => (isCloser(one, best) ? one : best));
  }
  if (value === null) return type.flags & ts.TypeFlags.Null ? [] : [`${path}: null`];
  if (typeof value === 'string') return takesString(type, value) ? [] : [`${path}: text "${value}"`];
  if (typeof value === 'number')
    return type.flags & ts.TypeFlags.Number || (type.isNumberLiteral() && type.value === value)
      ? []
      : [`${path}: number ${value}`];
  if (typeof value === 'boolean')
    return type.flags & ts.TypeFlags.BooleanLike &&
      (type.flags & ts.TypeFlags.Boolean || checker.typeToString(type) === String(value))
      ? []
      : [`${path}: ${value}`];
  if (Array.isArray(value)) {
    if (!checker.isArrayType(type)) return [`${path}: a list`];
    const [element] = checker.getTypeArguments(type as ts.TypeReference);
    return value.flatMap((one, index) => problems(checker, element!, one, `${path}[${index}]`));
  }
  if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) || checker.isArrayType(type))
    return [`${path}: an object`];
  return ofObject(checker, type, value as Record<string, unknown>, path);
}

/** Problems deep in an object say more than that it is not a text. */
const isCloser = (one: string[], best: string[]): boolean =>
  one.length === 0 ||
  (best.length > 0 && depth(one) > depth(best)) ||
  (best.length > 0 && depth(one) === depth(best) && one.length < best.length);
const depth = (found: string[]): number => Math.max(...found.map((one) => one.split(/[.[]/).length));

/** Text, one of some words, any other word that may come, or a decimal, which is text on the wire. */
function takesString(type: ts.Type, value: string): boolean {
  if (type.flags & ts.TypeFlags.String) return true;
  if (type.isStringLiteral()) return type.value === value;
  if (type.aliasSymbol?.name === 'Decimal') return true;
  return type.isIntersection() && type.types.some((one) => one.flags & ts.TypeFlags.String);
}

function ofObject(checker: ts.TypeChecker, type: ts.Type, value: Record<string, unknown>, path: string): string[] {
  const found: string[] = [];
  const index = checker.getIndexTypeOfType(type, ts.IndexKind.String);
  const properties = new Map(checker.getPropertiesOfType(type).map((one) => [one.name, one]));
  for (const [key, one] of Object.entries(value)) {
    const property = properties.get(key);
    const of = property ? checker.getTypeOfSymbol(property) : index;
    if (of) found.push(...problems(checker, of, one, `${path}.${key}`));
    else found.push(`${path}.${key}: unknown`);
  }
  for (const [key, property] of properties)
    if (!(property.flags & ts.SymbolFlags.Optional) && !Object.hasOwn(value, key))
      found.push(`${path}.${key}: missing`);
  return found;
}
