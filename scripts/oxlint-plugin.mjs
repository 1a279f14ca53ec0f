// What oxlint's own rules cannot say: an adapter may be loaded with import(), but not by an import statement.
const noStaticAdapter = {
  meta: { schema: [{ type: "object" }] },
  create(context) {
    const except = context.options[0]?.except ?? []
    const check = ({ source }) => {
      const name = source?.value
      if (typeof name !== "string" || !name.startsWith("@tallystick/adapter-") || except.includes(name)) return
      context.report({ node: source, message: `The simulator loads adapters by name, with import(): ${name}` })
    }
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check }
  }
}

export default { meta: { name: "tallystick" }, rules: { "no-static-adapter": noStaticAdapter } }
