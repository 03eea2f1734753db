// Makes keys, signs and verifies with OpenPGP.js; see openpgpjs.go.
import { readFileSync, writeFileSync } from 'node:fs';
import * as openpgp from 'openpgp';

const kinds = {
  ed25519: {}, // what it makes of its own accord
  nistp256: { type: 'ecc', curve: 'nistP256' },
  nistp384: { type: 'ecc', curve: 'nistP384' },
  rsa3072: { type: 'rsa', rsaBits: 3072 },
  rsa4096: { type: 'rsa', rsaBits: 4096 },
  newer: { type: 'curve25519' },
};

const read = (path) => readFileSync(path, 'utf8');
const [command, ...rest] = process.argv.slice(2);
switch (command) {
  case 'generate': {
    const [kind, name] = rest;
    const key = await openpgp.generateKey({ ...kinds[kind], userIDs: [{ name }] });
    writeFileSync(`${name}.key`, key.privateKey);
    writeFileSync(`${name}.asc`, key.publicKey);
    break;
  }
  case 'sign': {
    const [name, text, file] = rest;
    const signingKeys = await openpgp.readPrivateKey({ armoredKey: read(`${name}.key`) });
    const message = await openpgp.createCleartextMessage({ text: read(text) });
    writeFileSync(file, await openpgp.sign({ message, signingKeys }));
    break;
  }
  case 'verify': {
    const [certificate, file] = rest;
    const verificationKeys = await openpgp.readKey({ armoredKey: read(certificate) });
    const message = await openpgp.readCleartextMessage({ cleartextMessage: read(file) });
    await openpgp.verify({ message, verificationKeys, expectSigned: true });
    break;
  }
}
