namespace Akka.Configuration;

/// <summary>Null-tolerant helpers.</summary>
public static class ConfigExtensions
{
    public static Config SafeWithFallback(this Config config, Config fallback) =>
        config is null ? fallback
        : ReferenceEquals(config, fallback) ? config
        : config.WithFallback(fallback);

    public static bool IsNullOrEmpty(this Config config) => config is null || config.IsEmpty;
}
