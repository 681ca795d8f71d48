/** The deployment's signing keys, derived per purpose. JDK only. */
@NullMarked
package io.statekeep.signing;

import org.jspecify.annotations.NullMarked;
