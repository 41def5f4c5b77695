/**
 * What a browser keeps of a reader, on this machine alone: the photo, the sentence. Where it keeps
 * nothing (a private window, storage that is blocked), everything works until the page is left.
 */

const NAME = "foveate";
const STORE = "reader";

/** @returns {Promise<IDBDatabase>} */
function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("Another tab holds an older store."));
  });
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} ask
 */
async function asked(mode, ask) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const request = ask(database.transaction(STORE, mode).objectStore(STORE));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
}

/**
 * @param {string} key
 * @returns {Promise<any>} undefined where nothing is kept
 */
export async function recall(key) {
  return asked("readonly", (store) => store.get(key)).catch(() => undefined);
}

/**
 * @param {string} key
 * @param {unknown} value
 * @returns {Promise<boolean>} whether the browser keeps it
 */
export async function keep(key, value) {
  return asked("readwrite", (store) => store.put(value, key)).then(
    () => true,
    () => false,
  );
}
