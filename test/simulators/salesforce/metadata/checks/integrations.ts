import { xmlOf } from '../components/component.ts';
import { childrenOf } from '../xml/document.ts';
import { absent, elementsNamed, fieldAt, firstProblem, has, type Check } from './view.ts';

export const namedCredential: Check = (component, view) =>
  firstProblem(childrenOf(xmlOf(component), 'namedCredentialParameters'), (parameter) => {
    const credential = parameter.children.find((child) => child.name === 'externalCredential');
    return !credential || has(view, 'ExternalCredential', credential.text)
      ? null
      : absent(credential, 'ExternalCredential', credential.text);
  });

/** What the schema declares is read by whoever runs the operations. */
export const externalService: Check = (component, view) =>
  firstProblem(childrenOf(xmlOf(component), 'namedCredentialReference'), (credential) =>
    has(view, 'NamedCredential', credential.text) ? null : absent(credential, 'NamedCredential', credential.text),
  );

export const duplicateRule: Check = (component, view) => {
  const object = component.fullName.split('.')[0]!;
  return firstProblem(elementsNamed(xmlOf(component), 'matchingRule'), (node) =>
    has(view, 'MatchingRule', `${object}.${node.text}`) || node.text.startsWith('Standard_')
      ? null
      : absent(node, 'MatchingRule', `${object}.${node.text}`),
  );
};

export const matchingRule: Check = (component, view) => {
  const object = component.fullName.split('.')[0]!;
  return firstProblem(elementsNamed(xmlOf(component), 'fieldName'), (node) =>
    fieldAt(view, `${object}.${node.text}`) ? null : absent(node, 'CustomField', `${object}.${node.text}`),
  );
};
