// Preloaded by a test: throws from a timer, once the wasm backend has put its own listener beside ours.
const timer = setInterval(() => {
  if (process.listenerCount('uncaughtException') < 2) return;
  clearInterval(timer);
  throw new Error('thrown by a timer');
}, 5);
timer.unref();
