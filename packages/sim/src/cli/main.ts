console.log(`tallystick ${process.argv.slice(2).join(" ")}: nothing here yet`)
