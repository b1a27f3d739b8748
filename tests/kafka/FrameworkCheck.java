// Lets Kafka Connect itself judge a configuration: topics, converters, error handling. Arguments: the
// file. Prints a line for every fault, `unknown NAME` for what is neither the framework's, nor the
// connector's, nor an override of the consumer's, and at last `accepted` or `refused`.
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.runtime.SinkConnectorConfig;

public class FrameworkCheck {
  private static final String OVERRIDE = "consumer.override.";

  public static void main(String[] arguments) throws Exception {
    JsonNode root = new ObjectMapper().readTree(new File(arguments[0]));
    Map<String, String> given = new TreeMap<>();
    given.put("name", root.get("name").asText());
    root.get("config").fields().forEachRemaining(one -> given.put(one.getKey(), one.getValue().asText()));
    SinkConnectorConfig.validate(given);
    ConfigDef framework = SinkConnectorConfig.configDef();
    boolean accepted = true;
    for (ConfigValue value : framework.validate(given)) {
      for (String message : value.errorMessages()) {
        System.out.println(value.name() + ": " + message);
        accepted = false;
      }
    }
    for (String name : given.keySet()) {
      boolean override = name.startsWith(OVERRIDE)
          && ConsumerConfig.configNames().contains(name.substring(OVERRIDE.length()));
      if (!framework.names().contains(name) && !override && !name.startsWith("snowflake.")) {
        System.out.println("unknown " + name);
      }
    }
    System.out.println(accepted ? "accepted" : "refused");
  }
}
