// Follows the references of a connector's configuration as a worker of Kafka Connect does, with
// Kafka's own providers. Arguments: the file. Prints name=value for each that changed.
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigTransformer;
import org.apache.kafka.common.config.provider.ConfigProvider;
import org.apache.kafka.common.config.provider.DirectoryConfigProvider;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;

public class References {
  public static void main(String[] arguments) throws Exception {
    JsonNode config = new ObjectMapper().readTree(new File(arguments[0])).get("config");
    Map<String, String> given = new TreeMap<>();
    config.fields().forEachRemaining(one -> given.put(one.getKey(), one.getValue().asText()));
    Map<String, ConfigProvider> providers = new HashMap<>();
    providers.put("directory", new DirectoryConfigProvider());
    providers.put("env", new EnvVarConfigProvider());
    for (ConfigProvider provider : providers.values()) {
      provider.configure(Map.of());
    }
    Map<String, String> followed = new ConfigTransformer(providers).transform(given).data();
    for (Map.Entry<String, String> one : followed.entrySet()) {
      if (!one.getValue().equals(given.get(one.getKey()))) {
        System.out.println(one.getKey() + "=" + one.getValue().replace("\n", "\\n"));
      }
    }
  }
}
