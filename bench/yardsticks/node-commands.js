// node's child_process.spawn of true, with its output in pipes.
// usage: node node-commands.js COUNT WINDOW   prints: processes, nanoseconds
'use strict';
const { spawn } = require('node:child_process');
const [count, window] = process.argv.slice(2).map(Number);
const begun = process.hrtime.bigint();
let started = 0, ended = 0;
const next = () => {
  started++;
  spawn('true', [], { stdio: ['ignore', 'pipe', 'pipe'] }).on('close', () => {
    if (++ended === count) return console.log(count, Number(process.hrtime.bigint() - begun));
    if (started < count) next();
  });
};
for (let i = 0; i < Math.min(window, count); i++) next();
