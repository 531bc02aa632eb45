export { addSecret, listSecrets, retireSecret, sealAnew, type SecretEntry, type SecretName } from '../secrets/store.ts';
export { faultOf } from '../secrets/shape.ts';
