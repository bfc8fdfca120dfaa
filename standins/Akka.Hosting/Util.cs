using System.Linq;
using Akka.Configuration;
using Akka.Configuration.Hocon;
using Akka.Util.Internal;

namespace Akka.Hosting;

public static class Util
{
    /// <summary>The same configuration, below a path.</summary>
    public static Config MoveTo(this Config config, string path) =>
        path.SplitDottedPathHonouringQuotes().Reverse().Aggregate(config.Root, Below).ToConfig();

    private static HoconValue Below(HoconValue value, string key)
    {
        var holder = new HoconObject();
        holder.Items[key] = value;
        var result = new HoconValue();
        result.AppendValue(holder);
        return result;
    }
}
