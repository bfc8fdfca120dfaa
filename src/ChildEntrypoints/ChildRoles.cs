using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>The roles that a program can run as. Each is a factory, so that only the role's own process loads its code.</summary>
public sealed class ChildRoles
{
    private readonly Dictionary<string, Func<IFrameRole>> _factories;

    private ChildRoles(Dictionary<string, Func<IFrameRole>> factories) => _factories = factories;

    /// <summary>The built-in roles: <c>command-runner</c>, <c>egress</c>, <c>image-decoder</c>, <c>network</c>, <c>renderer</c>, <c>resolver</c>, <c>secrets</c>, and <c>probe</c>, which attempts what a sandbox profile must refuse.</summary>
    public static ChildRoles BuiltIn { get; } = new(new Dictionary<string, Func<IFrameRole>>(StringComparer.Ordinal)
    {
        [NetworkContract.Name] = static () => new Network.NetworkRole(),
        [CommandRunnerContract.Name] = static () => OperatingSystem.IsWindows() ? new Commands.WindowsRunnerRole() : OperatingSystem.IsLinux() ? new Commands.CommandRunnerRole()
            : throw new PlatformNotSupportedException("commands need Linux or Windows"),
        [ProbeContract.Name] = static () => new Probes.ProbeRole(),
        [ImageDecoderContract.Name] = static () => new Images.ImageDecoderRole(),
        [EgressContract.Name] = static () => OperatingSystem.IsLinux() ? new Egress.EgressRole() : throw new PlatformNotSupportedException("the way out of a command's network needs Linux"),
        [ResolverContract.Name] = static () => new Egress.ResolverRole(),
        [SecretsContract.Name] = static () => new Secrets.SecretsRole(),
        [RendererContract.Name] = static () => new Rendering.RendererRole(),
    });

    /// <summary>The names, in no particular order.</summary>
    public IEnumerable<string> Names => _factories.Keys;

    /// <summary>Returns these roles and one more.</summary>
    /// <param name="name">Lower-case letters, digits and hyphens; not <c>browser</c>, which is the parent, and not a built-in role.</param>
    /// <param name="factory">Called once, in the child.</param>
    public ChildRoles With(string name, Func<IChildRole> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return WithFrames(name, () => new EmbedderRole(factory()));
    }

    /// <summary>Returns these roles and a typed one.</summary>
    /// <param name="role">The role's definition.</param>
    public ChildRoles With(RoleDefinition role)
    {
        ArgumentNullException.ThrowIfNull(role);
        return WithFrames(role.Name, () => new TypedRole(role));
    }

    /// <summary>The same for a role that reads frames itself.</summary>
    internal ChildRoles WithFrames(string name, Func<IFrameRole> factory)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                throw new ArgumentException($"'{name}' is not a role's name: use lower-case letters, digits and hyphens.", nameof(name));
        }
        if (name == ActorBrowserChild.BrowserRole)
            throw new ArgumentException("The browser is never a subprocess.", nameof(name));
        if (RoleContracts.IsBuiltIn(name))
            throw new ArgumentException($"'{name}' is a built-in role; choose another name.", nameof(name));
        return new ChildRoles(new Dictionary<string, Func<IFrameRole>>(_factories, StringComparer.Ordinal) { [name] = factory });
    }

    internal IFrameRole? Create(string name) => _factories.TryGetValue(name, out var factory) ? factory() : null;
}
