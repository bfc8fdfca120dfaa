// node's child processes with its fast serialization.
// usage: node node-fork.js first                    prints: nanoseconds from fork() to the child's first message
//        node node-fork.js echo|one-way COUNT WINDOW prints: messages, nanoseconds
'use strict';
const { fork } = require('node:child_process');
const [mode, countText, windowText] = process.argv.slice(2);

if (process.send) {
  if (mode === 'first') {
    process.send('ready');
  } else if (mode === 'echo') {
    process.on('message', (message) => process.send(message));
    process.send('ready');
  } else {
    let seen = 0;
    process.on('message', () => { if (++seen === Number(countText)) process.send('done'); });
    process.send('ready');
  }
} else {
  const start = process.hrtime.bigint();
  const child = fork(__filename, process.argv.slice(2), { serialization: 'advanced' });
  const finish = (...parts) => { console.log(parts.join(' ')); child.kill(); };
  child.once('message', () => {
    if (mode === 'first') return finish(process.hrtime.bigint() - start);
    const count = Number(countText);
    const begun = process.hrtime.bigint();
    let sent = 0;
    const send = () => child.send({ id: sent++, timestamp: 638000000000 });
    if (mode === 'echo') {
      let answered = 0;
      child.on('message', () => {
        if (++answered === count) return finish(count, process.hrtime.bigint() - begun);
        if (sent < count) send();
      });
      while (sent < Math.min(count, Number(windowText))) send();
    } else {
      child.on('message', () => finish(count, process.hrtime.bigint() - begun));
      const burst = () => {
        for (let i = 0; i < Number(windowText) && sent < count; i++) send();
        if (sent < count) setImmediate(burst);
      };
      burst();
    }
  });
}
