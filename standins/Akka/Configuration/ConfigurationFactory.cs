using System;
using System.IO;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using Akka.Configuration.Hocon;

namespace Akka.Configuration;

/// <summary>Makes configurations from text, embedded resources and objects.</summary>
public class ConfigurationFactory
{
    private static readonly JsonSerializerOptions PlainJson = new()
    {
        IncludeFields = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Config Empty => ParseString("");

    public static Config ParseString(string hocon) => ParseString(hocon, null);

    public static Config ParseString(string hocon, Func<string, HoconRoot> includeCallback) =>
        new(Parser.Parse(hocon, includeCallback));

    /// <summary>The application's own configuration. The stand-in reads no app.config, so there is none.</summary>
    public static Config Load() => Empty;

    /// <summary>The reference configuration of Akka.</summary>
    public static Config Default() => FromResource("Akka.Configuration.akka.conf");

    internal static Config FromResource(string resourceName) =>
        FromResource(resourceName, typeof(ConfigurationFactory).Assembly);

    /// <param name="resourceName">The full name of the embedded resource.</param>
    /// <param name="instanceInAssembly">An assembly, a type, or any object whose type's assembly holds the resource.</param>
    public static Config FromResource(string resourceName, object instanceInAssembly) =>
        FromResource(resourceName, instanceInAssembly switch
        {
            Assembly assembly => assembly,
            Type type => type.Assembly,
            _ => instanceInAssembly.GetType().Assembly,
        });

    public static Config FromResource<TAssembly>(string resourceName) =>
        FromResource(resourceName, typeof(TAssembly).Assembly);

    public static Config FromResource(string resourceName, Assembly assembly)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resourceName));
        return ParseString(reader.ReadToEnd());
    }

    public static Config FromObject(object source) => ParseString(JsonSerializer.Serialize(source, PlainJson));
}
