namespace Akka.TestKit;

/// <summary>Marks a test class in which a plain Tell has no sender, instead of the test actor.</summary>
public interface INoImplicitSender
{
}
