// The same application as in examples/voting, which its image has at the same place.
import '../voting/app.mjs'
