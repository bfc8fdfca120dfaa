using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace ActorBrowser;

/// <summary>Options that are set in code; everything else is configuration.</summary>
public sealed class ActorBrowserOptions
{
    /// <summary>HOCON laid over the reference configuration, such as <c>actorbrowser.fetch.total-timeout = 10s</c>.</summary>
    public string Configuration { get; set; } = "";

    /// <summary>The children's program, as in <c>actorbrowser.child.executable</c>: <c>auto</c>, <c>self</c> or a path; null for that key's value.</summary>
    public string? ChildExecutable { get; set; }

    /// <summary>Adds a section of .NET configuration to <see cref="Configuration"/>: its keys are those below <c>actorbrowser</c>, such as <c>fetch:total-timeout</c>.</summary>
    /// <param name="section">The section; nothing is added if it does not exist.</param>
    /// <exception cref="ArgumentException">It is a value.</exception>
    public ActorBrowserOptions AddSettings(IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        if (section.Value is not null)
            throw new ArgumentException($"The section {section.Path} is a value, not settings.", nameof(section));
        Configuration += SectionSettings.ToHocon(section, "actorbrowser");
        return this;
    }

    /// <summary>
    /// The actor that decides what commands ask for: it is sent each <see cref="PermissionProtocol.PermissionRequested"/> and answers the
    /// sender with <see cref="PermissionProtocol.Decide"/>. If it does not, the deadline denies, unless a subscriber of the event stream
    /// decides. Null for none.
    /// </summary>
    public Akka.Actor.Props? PermissionPolicy { get; set; }

    /// <summary>Starts the children.</summary>
    internal IChildLauncher Launcher { get; set; } = ProcessChildLauncher.Instance;

    internal List<RoleRegistration> Roles { get; } = [];

    /// <summary>Adds a typed role. With Akka.Hosting, its actor is <c>IRequiredActor&lt;TRole&gt;</c>; of several roles of one class, the first. The children's program passes the same definition to <c>ActorBrowserChild.TryRun</c>.</summary>
    /// <typeparam name="TRole">The role's class.</typeparam>
    /// <param name="role">The role's definition.</param>
    /// <param name="configure">Sets options; may be omitted.</param>
    /// <exception cref="ArgumentException">The role's name is not valid, or it was added already.</exception>
    /// <exception cref="InvalidOperationException">A message of the role cannot be serialised.</exception>
    public ActorBrowserOptions AddRole<TRole>(RoleDefinition<TRole> role, Action<RoleOptions>? configure = null) where TRole : class
    {
        ArgumentNullException.ThrowIfNull(role);
        return role.IsPlugin ? throw new ArgumentException($"The role '{role.Name}' is a plugin: add it by AddPlugin, with its file.", nameof(role)) : Add(role, new RoleOptions(), configure);
    }

    /// <summary>
    /// Adds a role whose code is an assembly that the program was not compiled with. It is loaded in the role's children and nowhere
    /// else; they may read its folder. <see cref="RoleProtocol.ReloadPlugin"/> replaces it.
    /// </summary>
    /// <typeparam name="TContract">The interface that it implements.</typeparam>
    /// <param name="role">The role's definition, by <c>RoleDefinition.ForPlugin</c>.</param>
    /// <param name="path">The assembly, in a folder with what it needs; a relative path is in the program's folder.</param>
    /// <param name="configure">Sets options; may be omitted.</param>
    /// <exception cref="ArgumentException">The role is no plugin, its name is not valid, or it was added already.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidOperationException">A message of the role cannot be serialised.</exception>
    public ActorBrowserOptions AddPlugin<TContract>(RoleDefinition<TContract> role, string path, Action<RoleOptions>? configure = null) where TContract : class
    {
        ArgumentNullException.ThrowIfNull(role);
        return role.IsPlugin ? Add(role, new RoleOptions { Plugin = RoleMemory.Complete(path) }, configure)
            : throw new ArgumentException($"The role '{role.Name}' is no plugin: define it by RoleDefinition.ForPlugin, or add it by AddRole.", nameof(role));
    }

    private ActorBrowserOptions Add<TRole>(RoleDefinition<TRole> role, RoleOptions options, Action<RoleOptions>? configure) where TRole : class
    {
        if (role.Name.Length > 64 || RoleContracts.IsBuiltIn(role.Name) || role.Name.Any(static c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-'))
            throw new ArgumentException($"'{role.Name}' is not a role's name: use at most 64 lower-case letters, digits and hyphens, and no built-in role.", nameof(role));
        if (Roles.Exists(other => other.Definition.Name == role.Name))
            throw new ArgumentException($"The role '{role.Name}' was added already.", nameof(role));
        role.RequireFormatters();
        configure?.Invoke(options);
        Roles.Add(new RoleRegistration(role, options, static (registry, actor) => registry.TryRegister<TRole>(actor)));
        return this;
    }
}

/// <summary>Embedding with Akka.Hosting.</summary>
public static class ActorBrowserHosting
{
    /// <summary>Starts a browser with the actor system; resolve it with <c>IRequiredActor&lt;BrowserActor&gt;</c>.</summary>
    /// <param name="builder">The builder of <c>AddAkka</c>.</param>
    /// <param name="configure">Sets options; may be omitted.</param>
    public static AkkaConfigurationBuilder WithActorBrowser(this AkkaConfigurationBuilder builder, Action<ActorBrowserOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new ActorBrowserOptions();
        configure?.Invoke(options);
        return builder.WithActorBrowser(options);
    }

    /// <summary>Starts a browser with the actor system, with options that the host may have configured: <c>AddAkka("service", (akka, services) => akka.WithActorBrowser(services.GetRequiredService&lt;IOptions&lt;ActorBrowserOptions>>().Value))</c>.</summary>
    /// <param name="builder">The builder of <c>AddAkka</c>.</param>
    /// <param name="options">The options.</param>
    public static AkkaConfigurationBuilder WithActorBrowser(this AkkaConfigurationBuilder builder, ActorBrowserOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        ForgottenChild.ExitIfThisIsOne();
        // Akka.Hosting loads the phases before any actor starts, so that the browser itself could no longer lengthen its phase.
        if (BrowserShutdown.PhaseFor(Over(options, builder.Configuration.HasValue ? builder.Configuration.Value : Akka.Configuration.Config.Empty)) is { } phase)
            builder.AddHocon(phase, HoconAddMode.Append);
        builder.WithActors((system, registry, services) =>
            registry.Register<BrowserActor>(Start(system, options, services.GetService(typeof(IHostApplicationLifetime)) as IHostApplicationLifetime)));
        return options.Roles.Count == 0 ? builder : builder.AddStartup((_, registry) => RegisterRolesAsync(registry, options.Roles));
    }

    /// <summary>
    /// Adds a health check of the browser, tagged <c>akka</c> as Akka.Hosting's own are; ASP.NET's <c>MapHealthChecks</c> serves it.
    /// Healthy while the browser works; degraded while the processes of the network or of a pool cannot be started;
    /// <paramref name="failureStatus"/> when the browser has stopped or does not answer.
    /// </summary>
    /// <param name="builder">The builder of <c>AddAkka</c>.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">Null for unhealthy.</param>
    /// <param name="tags">Further tags.</param>
    /// <param name="timeout">How long the check may take; null for at most 5 s.</param>
    public static AkkaConfigurationBuilder WithActorBrowserHealthCheck(
        this AkkaConfigurationBuilder builder, string name = "actorbrowser", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithHealthCheck(name, new BrowserHealthCheck(), failureStatus, tags, timeout);
    }

    private static async Task RegisterRolesAsync(IActorRegistry registry, List<RoleRegistration> roles)
    {
        var browser = BrowserLife.Of(registry.Get<BrowserActor>());
        foreach (var role in roles)
            role.Register(registry, (await browser.AskAsync<RoleProtocol.RoleFound>(new RoleProtocol.GetRole(role.Definition.Name), default).ConfigureAwait(false)).Role);
    }

    /// <summary>
    /// Registers <see cref="BrowserClient"/> as a service: a client of the browser that <see cref="WithActorBrowser(AkkaConfigurationBuilder, Action{ActorBrowserOptions}?)"/> starts, and a
    /// <see cref="RoleClient{TRole}"/> for each of its typed roles. Their calls wait until the browser has started.
    /// </summary>
    /// <param name="services">The host's services.</param>
    public static IServiceCollection AddBrowserClient(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(static provider => BrowserClient.For(cancellation =>
            FindAsync(provider.GetRequiredService<IRequiredActor<BrowserActor>>(), provider.GetService<IHostApplicationLifetime>(), cancellation)));
        services.TryAddSingleton(typeof(RoleClient<>), typeof(RoleClient<>));
        return services;
    }

    private static async Task<IActorRef> FindAsync(IRequiredActor<BrowserActor> browser, IHostApplicationLifetime? host, CancellationToken cancellation)
    {
        var stopping = host?.ApplicationStopping ?? default;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stopping);
        try
        {
            return await browser.GetAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw BrowserLife.Stop();
        }
    }

    /// <summary>Starts a browser in an actor system without hosting.</summary>
    /// <param name="system">The actor system; its configuration overrides the reference.</param>
    /// <param name="options">Options; null for none.</param>
    /// <returns>The browser's actor, <c>/user/browser</c>.</returns>
    public static IActorRef StartActorBrowser(this ActorSystem system, ActorBrowserOptions? options = null) => Start(system, options ?? new ActorBrowserOptions());

    private static ActorBrowserSettings SettingsOf(ActorSystem system, ActorBrowserOptions options)
    {
        var settings = ActorBrowserSettings.From(Over(options, system.Settings.Config));
        return options.ChildExecutable is { } executable ? settings with { Child = settings.Child with { Executable = executable } } : settings;
    }

    private static Akka.Configuration.Config Over(ActorBrowserOptions options, Akka.Configuration.Config config) =>
        options.Configuration.Length == 0 ? config : Akka.Configuration.ConfigurationFactory.ParseString(options.Configuration).WithFallback(config);

    private static IActorRef Start(ActorSystem system, ActorBrowserOptions options, IHostApplicationLifetime? host = null)
    {
        ForgottenChild.ExitIfThisIsOne();
        Sandbox.Machine.ProbeAhead();
        var settings = SettingsOf(system, options);
        settings.CheckRoles(options.Roles.Select(static role => role.Definition.Name));
        var roster = ProcessRoster.Of(InProcessLauncher.For(options.Roles, options.Launcher));
        // Here, because a wrong setting of a role fails the start, as any other does.
        var roles = options.Roles.Select(role => RolesActor.SetupOf(role, settings, roster)).ToArray();
        var browser = system.ActorOf(BrowserActor.Props(settings, roster, roles, options.PermissionPolicy), "browser");
        roster.Serve(browser);
        BrowserShutdown.Register(system, browser, roster, settings.Child);
        // A host stops its services first: a service that awaits a command would delay the shutdown that ends the command.
        host?.ApplicationStopping.UnsafeRegister(
            _ => browser.Tell(new BrowserShutdown.Drain(BrowserShutdown.GraceOf(settings.Child.StopTimeout)), ActorRefs.NoSender), null);
        return browser;
    }
}
