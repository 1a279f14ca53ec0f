/** No store at all. */
export default { execute: 1 }
