package io.statekeep.service;

import io.statekeep.signing.KeyRing;
import java.security.SecureRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes keys. */
@Command(name = "keys", description = "Make signing keys.", mixinStandardHelpOptions = true)
final class KeysCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Which command? There is: new");
  }

  @Command(
      name = "new",
      description = "Print a new random key for token.signing-keys.",
      mixinStandardHelpOptions = true)
  void create() {
    spec.commandLine().getOut().println(KeyRing.newKey(new SecureRandom()));
  }
}
