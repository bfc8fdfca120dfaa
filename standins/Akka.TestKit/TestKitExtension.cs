using Akka.Actor;

namespace Akka.TestKit;

/// <summary>Gives a system its <see cref="TestKitSettings"/>.</summary>
public class TestKitExtension : ExtensionIdProvider<TestKitSettings>
{
    public override TestKitSettings CreateExtension(ExtendedActorSystem system) => new(system.Settings.Config);

    public static TestKitSettings For(ActorSystem system) => system.GetExtension<TestKitSettings>();
}

/// <summary>Gives a system the assertions of the test that made it.</summary>
public class TestKitAssertionsExtension : ExtensionIdProvider<TestKitAssertionsProvider>
{
    private readonly ITestKitAssertions _assertions;

    public TestKitAssertionsExtension(ITestKitAssertions assertions) => _assertions = assertions;

    public override TestKitAssertionsProvider CreateExtension(ExtendedActorSystem system) => new(_assertions);

    public static TestKitAssertionsProvider For(ActorSystem system) => system.GetExtension<TestKitAssertionsProvider>();
}

/// <summary>Holds the assertions.</summary>
public class TestKitAssertionsProvider : IExtension
{
    public TestKitAssertionsProvider(ITestKitAssertions assertions) => Assertions = assertions;

    public ITestKitAssertions Assertions { get; }
}
