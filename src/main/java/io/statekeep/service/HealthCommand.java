package io.statekeep.service;

import io.statekeep.service.config.Config;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Asks a running node whether it is ready; for containers that have no other client to ask with.
 */
@Command(
    name = "health",
    description = "Ask the node of this configuration, on this machine, whether it is ready.",
    mixinStandardHelpOptions = true)
final class HealthCommand implements Callable<Integer> {
  // What a node may take beyond the deadline of its store.
  private static final int SLACK_MILLIS = 1000;

  @Mixin private ConfigOption options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Config config = options.forCommand();
    Config.Listener listener = config.management();
    if (listener.port() == 0) {
      throw new StartException("management.port = 0: which port was free is not known here", null);
    }
    int status = status(listener, (int) config.store().timeout().toMillis() + SLACK_MILLIS);
    if (status != 200) {
      throw new StartException("the node is not ready: " + status, null);
    }
    spec.commandLine().getOut().println("ready");
    return 0;
  }

  private static int status(Config.Listener listener, int timeoutMillis) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) url(listener).openConnection(Proxy.NO_PROXY);
      connection.setConnectTimeout(timeoutMillis);
      connection.setReadTimeout(timeoutMillis);
      return connection.getResponseCode();
    } catch (IOException | URISyntaxException e) {
      throw new StartException("the node does not answer: " + e.getMessage(), e);
    }
  }

  private static URL url(Config.Listener listener) throws IOException, URISyntaxException {
    boolean everyAddress = InetAddress.getByName(listener.host()).isAnyLocalAddress();
    String host =
        everyAddress ? InetAddress.getLoopbackAddress().getHostAddress() : listener.host();
    return new URI("http", null, host, listener.port(), "/health/ready", null, null).toURL();
  }
}
