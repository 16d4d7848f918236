// Browsers open six connections to a host (HTTP/1.1), however many tabs there are. All tabs together keep at most four
// open streams, so that pages always load; a tab without one asks once a second instead.
const SLOTS = 4;

const hold = (name) =>
  new Promise((resolve) => {
    navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(null);
      return new Promise((release) => resolve(release));
    });
  });

// A function that gives the slot back, or null while all are taken. Without locks (plain http) there is always one.
export async function takeSlot() {
  if (!navigator.locks) return () => {};
  for (let number = 0; number < SLOTS; number += 1) {
    const release = await hold(`kyrochat-stream-${number}`);
    if (release) return release;
  }
  return null;
}
