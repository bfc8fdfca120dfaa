using System.Text;
using System.Text.Json;
using ActorBrowser.ChildEntrypoints.Rendering;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using Jint;
using Jint.Runtime.Modules;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>Loads modules through the browser, and those that are written in the page.</summary>
/// <param name="network">The page's requests.</param>
/// <param name="live">The page.</param>
internal sealed class PageModules(PageNetwork network, LiveDocument live) : IModuleLoader, IAsyncModuleLoader
{
    private readonly Dictionary<string, string> _inline = new(StringComparer.Ordinal);
    private readonly List<KeyValuePair<string, string>> _map = [];

    /// <summary>Adds a module that is written in the page.</summary>
    /// <returns>Its name.</returns>
    internal string Add(string code)
    {
        var name = $"{live.Address?.WithoutFragment ?? "about:blank"}#module-{_inline.Count + 1}";
        _inline.Add(name, code);
        return name;
    }

    /// <summary>Reads an import map; what is not one is ignored.</summary>
    internal void AddMap(string json)
    {
        try
        {
            using var map = JsonDocument.Parse(json);
            if (!map.RootElement.TryGetProperty("imports", out var imports) || imports.ValueKind != JsonValueKind.Object)
                return;
            foreach (var entry in imports.EnumerateObject())
            {
                if (entry.Value.ValueKind == JsonValueKind.String)
                    _map.Add(new KeyValuePair<string, string>(entry.Name, entry.Value.GetString()!));
            }
        }
        catch (JsonException)
        {
            // As in browsers: the page goes on without it.
        }
    }

    /// <inheritdoc/>
    public ResolvedSpecifier Resolve(string? referencingModuleLocation, ModuleRequest moduleRequest)
    {
        var specifier = moduleRequest.Specifier;
        if (_inline.ContainsKey(specifier))
            return new ResolvedSpecifier(moduleRequest, specifier, null, SpecifierType.RelativeOrAbsolute);
        var isPath = specifier.StartsWith('/') || specifier.StartsWith("./", StringComparison.Ordinal) || specifier.StartsWith("../", StringComparison.Ordinal);
        var url = (Mapped(specifier) is { } mapped ? Absolute(mapped, null) : null)
            ?? (isPath ? Absolute(specifier, referencingModuleLocation) : WebUrl.TryParse(specifier, out var absolute) ? absolute.ToString() : null)
            ?? throw new ModuleResolutionException($"Failed to resolve module specifier \"{LiveDocument.Shorten(specifier, 200)}\".", specifier, referencingModuleLocation, null);
        return new ResolvedSpecifier(moduleRequest, url, null, SpecifierType.RelativeOrAbsolute);
    }

    /// <inheritdoc/>
    public Module LoadModule(Engine engine, ResolvedSpecifier resolved) => _inline.TryGetValue(resolved.Key, out var code)
        ? ModuleFactory.BuildSourceTextModule(engine, resolved, code)
        : throw new NotSupportedException("A module is loaded asynchronously.");

    /// <inheritdoc/>
    public void LoadModuleAsync(Engine engine, ResolvedSpecifier resolved, ModuleLoadCompletion completion)
    {
        if (_inline.TryGetValue(resolved.Key, out var code))
        {
            completion.SetSource(code);
            return;
        }
        network.Send(
            new PageRequest(PageRequestKind.Module, "GET", resolved.Key, [], default, PageRequestMode.Cors, PageRequestCredentials.SameOrigin, PageRequestRedirect.Follow),
            (response, body) =>
            {
                if (response.Outcome != PageResult.Ok || response.Status is < 200 or > 299)
                    completion.SetError($"Failed to fetch the module {LiveDocument.Shorten(resolved.Key, 300)}: {(response.Message.Length > 0 ? response.Message : $"status {response.Status}")}");
                else
                    completion.SetSource(Encoding.UTF8.GetString(body));
            });
    }

    private string? Absolute(string reference, string? relativeTo) =>
        WebUrl.TryParse(reference, relativeTo is not null && WebUrl.TryParse(relativeTo, out var referrer) ? referrer : live.Base, null, out var url) ? url.ToString() : null;

    private string? Mapped(string specifier)
    {
        foreach (var (from, to) in _map)
        {
            if (from == specifier)
                return to;
        }
        foreach (var (from, to) in _map.OrderByDescending(static entry => entry.Key.Length))
        {
            if (from.EndsWith('/') && specifier.StartsWith(from, StringComparison.Ordinal))
                return to + specifier[from.Length..];
        }
        return null;
    }
}
