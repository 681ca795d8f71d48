/** The configuration: defaults, one YAML file, environment. */
@NullMarked
package io.statekeep.service.config;

import org.jspecify.annotations.NullMarked;
