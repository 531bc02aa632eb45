import express, { type Express } from 'express';
import type { CallLog } from '../../../kit/sim.ts';

function fault(code: string, message: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="urn:fault.partner.soap.sforce.com"><soapenv:Body><soapenv:Fault><faultcode>sf:${code}</faultcode><faultstring>${code}: ${message}</faultstring></soapenv:Fault></soapenv:Body></soapenv:Envelope>`;
}

/** Partner and enterprise SOAP: `login()` is switched off, as in orgs of today; nothing else is simulated. */
export function mountSoapLogin(app: Express, calls: CallLog): void {
  app.post(/^\/services\/Soap\/[uc]\/\d+\.\d(?:\/\w+)?$/, express.text({ type: () => true }), (req, res) => {
    const [, operation = 'unknown'] = /<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)/.exec(String(req.body)) ?? [];
    calls.call('POST', `/services/Soap ${operation}`);
    res.type('text/xml');
    if (operation === 'login')
      return void res
        .status(500)
        .send(fault('INVALID_OPERATION', 'SOAP API login() is disabled by default in this org.'));
    calls.refuse(`SOAP ${operation}`);
    res.status(501).send(fault('NOT_IMPLEMENTED', `The SOAP call ${operation} is not simulated`));
  });
}
