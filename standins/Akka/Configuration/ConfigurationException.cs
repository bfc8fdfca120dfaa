using System;
using System.Runtime.Serialization;
using Akka.Actor;

namespace Akka.Configuration;

/// <summary>The configuration lacks something or says something impossible.</summary>
public class ConfigurationException : AkkaException
{
    public ConfigurationException(string message)
        : base(message)
    {
    }

    public ConfigurationException(string message, Exception exception)
        : base(message, exception)
    {
    }

#pragma warning disable SYSLIB0051 // The real type is serializable in the old way too.
    protected ConfigurationException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
#pragma warning restore SYSLIB0051

    public static ConfigurationException NullOrEmptyConfig<T>(string path = null) =>
        new(string.IsNullOrWhiteSpace(path)
            ? $"Failed to instantiate {typeof(T).Name}: Configuration is null or empty"
            : $"Failed to instantiate {typeof(T).Name}: Configuration does not contain `{path}` node");
}
