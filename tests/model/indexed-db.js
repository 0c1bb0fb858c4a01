// fake-indexeddb, whose classes carry the type of nothing.

export {
  IDBCursor,
  IDBCursorWithValue,
  IDBDatabase,
  IDBDatabase as FDBDatabase,
  IDBFactory,
  IDBIndex,
  IDBKeyRange,
  IDBObjectStore,
  IDBObjectStore as FDBObjectStore,
  IDBOpenDBRequest,
  IDBRequest,
  IDBTransaction,
} from "fake-indexeddb";
