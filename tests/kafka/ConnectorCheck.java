// Lets the official connector judge a configuration: each value, then all of them together.
// Arguments: the file. Prints a line for every fault, or `accepted`.
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.snowflake.kafka.connector.DefaultConnectorConfigValidator;
import com.snowflake.kafka.connector.SnowflakeStreamingSinkConnector;
import com.snowflake.kafka.connector.internal.streaming.DefaultStreamingConfigValidator;
import java.io.File;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigValue;

public class ConnectorCheck {
  public static void main(String[] arguments) throws Exception {
    JsonNode root = new ObjectMapper().readTree(new File(arguments[0]));
    Map<String, String> given = new TreeMap<>();
    given.put("name", root.get("name").asText());
    root.get("config").fields().forEachRemaining(one -> given.put(one.getKey(), one.getValue().asText()));
    boolean accepted = true;
    for (ConfigValue value : new SnowflakeStreamingSinkConnector().config().validate(given)) {
      for (String message : value.errorMessages()) {
        System.out.println(value.name() + ": " + message);
        accepted = false;
      }
    }
    new DefaultConnectorConfigValidator(new DefaultStreamingConfigValidator()).validateConfig(given);
    System.out.println(accepted ? "accepted" : "refused");
  }
}
